import { expect, test } from "bun:test"
import { defineMessages, translator } from "./i18n"

const example = {
  votes: { one: "{count} vote by {who}", other: "{count} votes by {who}" },
  plain: "So {far}",
}

test("a message has the right plural form, and its numbers and names filled in", () => {
  const { t } = translator("en", example)
  expect(t("votes", { count: 1, who: "Ann" })).toBe("1 vote by Ann")
  expect(t("votes", { count: 1_234, who: "$&" })).toBe("1,234 votes by $&")
  expect(t("plain")).toBe("So {far}")
})

test("a span is written in its two largest units, and is never negative", () => {
  const { duration } = translator("en", example)
  expect(duration(93_784_000)).toBe("1 day, 2 hr")
  expect(duration(3_600_000)).toBe("1 hr")
  expect(duration(999)).toBe("0 sec")
  expect(duration(-5)).toBe("0 sec")
})

test("numbers, shares and moments are formatted for the language", () => {
  const german = translator("de", example)
  expect(german.number(12_345.5)).toBe("12.345,5")
  expect(german.percent(0.4567)).toBe("45,7\u00a0%")
  expect(german.dateTime(new Date(0), "UTC")).toContain("1. Januar 1970")
})

const whole = { a: "a", b: { one: "b", other: "bs" } }
const others = { de: whole, fr: whole, es: whole, pt: whole }

test("a key that one language lacks is a type error", () => {
  const lacking = { a: "a" }
  // @ts-expect-error Japanese lacks b
  expect(defineMessages({ en: whole, ...others, ja: lacking })).toBeDefined()
})

test("a key that English does not have is a type error", () => {
  const surplus = { ...whole, c: "c" }
  // @ts-expect-error English has no c
  expect(defineMessages({ en: whole, ...others, ja: surplus })).toBeDefined()
})

test("a message with plural forms has them in every language, and a form that does not exist is a type error", () => {
  const plain = { a: "a", b: "bs" }
  const needless = { a: { other: "a" }, b: whole.b }
  const incomplete = { a: "a", b: { one: "b" } }
  const invented = { a: "a", b: { other: "bs", oen: "b" } }
  expect(defineMessages({ en: whole, ...others, ja: { a: "a", b: { other: "b" } } })).toBeDefined()
  // @ts-expect-error b has plural forms
  expect(defineMessages({ en: whole, ...others, ja: plain })).toBeDefined()
  // @ts-expect-error a has no plural forms
  expect(defineMessages({ en: whole, ...others, ja: needless })).toBeDefined()
  // @ts-expect-error the form "other" is missing
  expect(defineMessages({ en: whole, ...others, ja: incomplete })).toBeDefined()
  // @ts-expect-error there is no form "oen"
  expect(defineMessages({ en: whole, ...others, ja: invented })).toBeDefined()
})

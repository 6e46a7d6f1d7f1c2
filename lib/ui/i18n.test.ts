import { expect, test } from "bun:test"
import { admin } from "../../apps/result/admin/messages"
import { resultProblems } from "../../apps/result/http/problem-messages"
import { receiptMessages } from "../../apps/result/receipt/receipt-messages"
import { resultsMessages } from "../../apps/result/results/results-messages"
import { stageMessages } from "../../apps/result/stage/stage-messages"
import { ballot } from "../../apps/vote/ballot/ballot-messages"
import { following } from "../../apps/vote/ballot/following-messages"
import { problems } from "../../apps/vote/ballot/problem-messages"
import { defineMessages, type Section, translator } from "./i18n"
import { LANGUAGES } from "./language"
import { common } from "./messages/common"

const sections = {
  ...{ admin, ballot, common, problems, receipt: receiptMessages },
  ...{ following, resultProblems, results: resultsMessages, stage: stageMessages },
}

const example = {
  votes: { one: "{count} vote by {who}", other: "{count} votes by {who}" },
  plain: "So {far}",
}

test("A message has its plural form, its numbers and its names filled in.", () => {
  const { t } = translator("en", example)
  expect(t("votes", { count: 1, who: "Ann" })).toBe("1 vote by Ann")
  expect(t("votes", { count: 1_234, who: "$&" })).toBe("1,234 votes by $&")
  expect(t("plain")).toBe("So {far}")
})

test("Spans are told in their two largest units, and never below nothing.", () => {
  const { duration } = translator("en", example)
  expect(duration(93_784_000)).toBe("1 day, 2 hr")
  expect(duration(3_600_000)).toBe("1 hr")
  expect(duration(999)).toBe("0 sec")
  expect(duration(-5)).toBe("0 sec")
})

test("Numbers, shares and moments are written as the language does.", () => {
  const german = translator("de", example)
  expect(german.number(12_345.5)).toBe("12.345,5")
  expect(german.percent(0.4567)).toBe("45,7\u00a0%")
  expect(german.dateTime(new Date(0), "UTC")).toContain("1. Januar 1970")
})

test.each(Object.entries(sections))(
  "Every message of %s has the same placeholders in every language.",
  (_, section: Record<string, Section>) => {
    const placeholders = (message: unknown) => [...new Set(JSON.stringify(message).match(/\{\w+\}/g))].sort()
    for (const [key, message] of Object.entries(section.en ?? {})) {
      for (const language of LANGUAGES) {
        expect([language, key, placeholders(section[language]?.[key])]).toEqual([
          language,
          key,
          placeholders(message),
        ])
      }
    }
  },
)

test.each([...LANGUAGES])("One thing has one name on every page in %s.", (language) => {
  const [onBallot, onResults] = [ballot[language], resultsMessages[language]]
  const receipt = String(receiptMessages[language].receipt).toLowerCase()
  expect(String(onBallot.receipt).toLowerCase()).toEndWith(receipt)
  expect(String(onBallot.notSentNote).toLowerCase()).toContain(receipt)
  expect(String(onResults.hiddenAfterVoteHint).toLowerCase()).toContain(receipt)
  expect(String(admin[language]["results-after-vote-hint"]).toLowerCase()).toContain(receipt)
  expect(onBallot.votes).toEqual(onResults.votes)
  expect(onBallot.winner).toBe(onResults.winner)
  expect(admin[language].linkResults).toBe(onResults.results)
  expect(admin[language].linkStage).toBe(stageMessages[language].stage)
})

test("A key that one language lacks is a type error.", () => {
  const whole = { a: "a", b: "b" }
  const lacking = { a: "a" }
  // @ts-expect-error Japanese lacks b
  expect(defineMessages({ en: whole, de: whole, fr: whole, es: whole, pt: whole, ja: lacking })).toBeDefined()
})

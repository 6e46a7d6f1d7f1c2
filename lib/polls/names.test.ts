import { expect, test } from "bun:test"
import { canBeSeen, folded, searchable } from "./names"

test.each([
  "\u2800",
  "\u3164",
  "\uFFA0",
  "\u115F",
  "\u1160",
  "\u200B",
  "\u2060",
  "\u00AD",
  "\u{E0041}",
  "\u{1D159}",
  "\u0301",
  "\uFE0F",
  " ",
])("%j alone can't be seen", (text) => {
  expect(canBeSeen(text)).toBe(false)
  expect(canBeSeen(`${text} ${text}`)).toBe(false)
  expect(canBeSeen(`${text}a`)).toBe(true)
})

test.each(["?", "猫", "ᄒ", "🐈", "1️⃣", "🇩🇪", "🏳️‍🌈", "⠁", "é"])("%j can be seen", (text) => {
  expect(canBeSeen(text)).toBe(true)
})

test.each([
  "YES",
  "Yes\u200B",
  "Yes\u2060",
  "Yes\u200D",
  "Yes\uFE0F",
  "Y\u00ADes",
  "Ｙｅｓ",
  " yes\u2800",
  "\u3164Yes",
  "Y\u{E0065}es",
])("%j looks like Yes", (name) => {
  expect(folded(name)).toBe(folded("Yes"))
})

test.each([
  ["café", "cafe\u0301"],
  ["café", "cafe\u034F\u0301"],
  ["❤", "❤️"],
  ["Straße", "STRASSE"],
  ["한글", "\u1112\u1161\u11AB\u1100\u1173\u11AF"],
])("%j and %j look the same", (one, other) => {
  expect(folded(one)).toBe(folded(other))
})

test.each([
  ["café", "cafe"],
  ["👩‍👩‍👧", "👩‍👩‍👦"],
  ["👩‍🔬", "👩🔬"],
  ["🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"],
  ["1", "2"],
])("%j and %j look different", (one, other) => {
  expect(folded(one)).not.toBe(folded(other))
})

test("a name is found without its accents, and in spite of what can't be seen in it", () => {
  expect(searchable("D\u00ADéjeuner à deux")).toContain(searchable("dejeuner A"))
})

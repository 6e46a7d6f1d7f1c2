import { expect, test } from "bun:test"
import { ballotMethodSchema } from "../polls/ballot-method"
import { MAX_OPTIONS } from "../polls/limits"
import { canSay } from "./can-say"
import {
  type Asked,
  type Choice,
  choiceIn,
  choiceOf,
  choiceProblem,
  marksOf,
  nameOf,
  optionsByMark,
  textOf,
} from "./choice"

const asked = (ballot: object, ids = ["a", "b", "c", "d"]): Asked => ({
  ballot: ballotMethodSchema.parse({ method: "choose", ...ballot }),
  options: ids.map((id) => ({ id })),
})
const one = asked({})
const ranked = asked({ method: "rank", max: 3, abstain: true })
const rated = asked({ method: "rate", highest: 10 })
const decided = asked({ method: "decide" })
const upToThree = asked({ min: 2, max: 3, abstain: true })

test("the text of a ballot that says one option is the option's id, as it was before there were methods", () => {
  expect(textOf(one, { option: "b" })).toBe("b")
  expect(choiceOf(one, "b")).toEqual({ option: "b" })
  expect(textOf(asked({ abstain: true }), { abstain: true })).toBe("-")
  expect(marksOf({ ...one, decision: null })).toBeNull()
})

test("equal choices are equal texts, in whichever order the options are named or shown", () => {
  const texts = [
    ["c", "a"],
    ["a", "c"],
  ].map((options) => textOf(upToThree, { options }))
  const shuffled = asked(upToThree.ballot, ["d", "c", "b", "a"])
  expect(texts).toEqual(["AC", "AC"])
  expect(textOf(shuffled, { options: ["c", "a"] })).toBe("AC")
  expect(choiceOf(shuffled, "AC")).toEqual({ options: ["c", "a"] })
})

test("a choice of all of the most options there may be has a character for each, and is read back", () => {
  const ids = Array.from({ length: MAX_OPTIONS }, (_, i) => `option-${i}`)
  const all = asked({ max: "all" }, ids)
  const text = textOf(all, { options: ids.toReversed() })
  expect(text).toHaveLength(MAX_OPTIONS)
  expect(choiceOf(all, text ?? "")).toEqual({ options: ids })
  expect([...optionsByMark(all).keys()].join("")).toBe(text ?? "")
})

test.each<[string, Choice, ReturnType<typeof choiceProblem>]>([
  ["too many", { options: ["a", "b", "c", "d"] }, { kind: "too-many", chosen: 4, limit: 3 }],
  ["too few", { option: "a" }, { kind: "too-few", chosen: 1, limit: 2 }],
  ["none", { options: [] }, { kind: "too-few", chosen: 0, limit: 2 }],
  ["one twice", { options: ["a", "a"] }, { kind: "twice", option: "a" }],
  ["one that there is not", { options: ["a", "z"] }, { kind: "unknown", option: "z" }],
  ["two, as it may", { options: ["a", "d"] }, null],
  ["nothing, as it may", { abstain: true }, null],
])("a ballot that chooses %s is judged by the limits of its poll", (_, choice, problem) => {
  expect(choiceProblem(upToThree, choice)).toEqual(problem)
  expect(textOf(upToThree, choice) === null).toBe(problem !== null)
})

test("where no abstention is taken, there is none", () => {
  expect(choiceProblem(one, { abstain: true })).toEqual({ kind: "no-abstention" })
  expect(canSay(one, "-")).toBe(false)
})

test.each(["", "A", "CA", "AA", "ABCD", "AE", "A C", "a", "ab", "--", "A-"])(
  "no ballot of a poll with two or three of four options says %p",
  (text) => {
    expect(canSay(upToThree, text)).toBe(false)
  },
)

test("limits that are greater than the number of options mean all of them", () => {
  const two = asked({ min: 3, max: 5 }, ["a", "b"])
  expect(textOf(two, { options: ["a", "b"] })).toBe("AB")
  expect(choiceProblem(two, { option: "a" })).toEqual({ kind: "too-few", chosen: 1, limit: 2 })
})

test("the text of a ranking has the best option first, and is read back so", () => {
  expect(textOf(ranked, { ranking: ["c", "a", "d"] })).toBe("CAD")
  expect(textOf(ranked, { ranking: ["a", "c"] })).toBe("AC")
  expect(textOf(ranked, { option: "b" })).toBe("B")
  expect(choiceOf(asked(ranked.ballot, ["d", "c", "b", "a"]), "CAD")).toEqual({ ranking: ["c", "a", "d"] })
  expect(marksOf({ ...ranked, decision: null })).toEqual({ width: 0, whole: true, led: 1, drawn: 0 })
})

test.each<[string, Choice, ReturnType<typeof choiceProblem>]>([
  ["ranks too many", { ranking: ["a", "b", "c", "d"] }, { kind: "too-many", chosen: 4, limit: 3 }],
  ["ranks nobody", { ranking: [] }, { kind: "too-few", chosen: 0, limit: 1 }],
  ["ranks one twice", { ranking: ["b", "b"] }, { kind: "twice", option: "b" }],
  ["says nothing of the order", { options: ["a", "b"] }, { kind: "other-method" }],
])("a ballot that %s is no ranking", (_, choice, problem) => {
  expect(choiceProblem(ranked, choice)).toEqual(problem)
})

test("a rating stands behind its option, and none is not the same as 0", () => {
  expect(textOf(rated, { ratings: { c: 10, a: 0 } })).toBe("A0Ca")
  expect(choiceOf(rated, "A0Ca")).toEqual({ ratings: { a: 0, c: 10 } })
  for (const rating of [-1, 11, 1.5, Number.NaN])
    expect(choiceProblem(rated, { ratings: { a: rating } })).toEqual({
      kind: "no-rating",
      option: "a",
      highest: 10,
    })
  expect(choiceProblem(rated, { ratings: {} })).toEqual({ kind: "too-few", chosen: 0, limit: 1 })
  expect(choiceProblem(rated, { option: "a" })).toEqual({ kind: "other-method" })
})

test("who says neither yes nor no to an option abstains from it", () => {
  expect(textOf(decided, { answers: { b: "no", a: "yes", c: "abstain" } })).toBe("AyBn")
  expect(textOf(decided, { answers: { b: "no", a: "yes" } })).toBe("AyBn")
  expect(choiceOf(decided, "AyBn")).toEqual({ answers: { a: "yes", b: "no" } })
  expect(choiceProblem(decided, { answers: { a: "abstain" } })).toEqual({
    kind: "too-few",
    chosen: 0,
    limit: 1,
  })
})

test.each(["A", "A5A5", "Ab", "A:", "E0", "B1A1", "-1"])(
  "no ballot that rates four options says %p",
  (text) => {
    expect(canSay(rated, text)).toBe(false)
  },
)

test.each(["Ay", "AyBy", "BnDn"])("a ballot that decides may say %p", (text) => {
  expect(canSay(decided, text)).toBe(true)
})

test("a ranking is no choice of equal options", () => {
  expect(choiceProblem(upToThree, { ranking: ["a", "b"] })).toEqual({ kind: "other-method" })
})

test.each<Choice>([
  { option: "a" },
  { options: ["a", "b"] },
  { ranking: ["b", "a"] },
  { ratings: { a: 3, b: 0 } },
  { answers: { a: "yes", b: "abstain" } },
  { abstain: true },
])("the choice %j is read out of JSON", (choice) => {
  expect(choiceIn(JSON.parse(JSON.stringify({ ...choice, receipt: "r" })))).toEqual(choice)
})

test.each([
  {},
  { options: "a" },
  { ranking: [1] },
  { ratings: { a: "3" } },
  { ratings: [3] },
  { answers: { a: "maybe" } },
  { abstain: false },
  { option: 1 },
])("%j tells no choice", (fields) => {
  expect(choiceIn(fields)).toBeNull()
})

test("a sentence names a ranking in its order, and an abstention", () => {
  expect(nameOf({ ranking: ["b", "a"] })).toBe("b > a")
  expect(nameOf({ ratings: { a: 3, b: 0 } })).toBe("a: 3, b: 0")
  expect(nameOf({ abstain: true })).toBe("an abstention")
})

test("a text is one of a poll's ballots exactly where it stands for a choice", () => {
  const polls = [
    one,
    ranked,
    rated,
    decided,
    upToThree,
    asked({ max: "all" }),
    asked({ method: "rate", highest: 3 }),
  ]
  const pieces = [..."ABCDE", "a", "-", "0", "3", "4", "9", "y", "n", "Ay", "Bn", "A0", "B3", "C9", "Da"]
  let sayable = 0
  for (let i = 0; i < 3_000; i++) {
    const text = Array.from({ length: i % 5 }, () => pieces[Math.floor(Math.random() * pieces.length)]).join(
      "",
    )
    for (const poll of polls) {
      expect([text, canSay(poll, text)]).toEqual([text, choiceOf(poll, text) !== null])
      if (canSay(poll, text)) sayable++
    }
  }
  expect(sayable).toBeGreaterThan(200)
})

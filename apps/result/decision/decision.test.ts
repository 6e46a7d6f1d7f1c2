import { expect, test } from "bun:test"
import { decideCounts } from "@tallyroom/lib/outcome/decide-counts"
import { type Decision, decisionSchema } from "@tallyroom/lib/polls/decision"
import { translator } from "@tallyroom/lib/ui/i18n"
import { LANGUAGES } from "@tallyroom/lib/ui/language"
import { withDecisionMessages } from "./decision-messages"
import { decisionRule } from "./decision-rule"
import { meanText } from "./mean"
import { outcomeCounts, outcomeInOne, outcomeSentences } from "./outcome-sentences"

const nothing = { en: {}, de: {}, fr: {}, es: {}, pt: {}, ja: {} }
const messages = withDecisionMessages<never>(nothing)
const english = translator("en", messages.en)
const options = [{ id: "a", label: "Fee" }]

/** What is said of one motion, without the marks that isolate its direction. */
function motion(decision: object, yes: number, no: number, abstain = 0): string {
  const counts = {
    options,
    votes: { a: yes },
    said: { a: { yes, no } },
    total: yes + no + abstain,
    abstained: 0,
  }
  const outcome = decideCounts(counts, decisionSchema.parse({ rule: "majority", ...decision }))
  return outcomeSentences(outcome, options, english)
    .join(" ")
    .replace(/[\u2068\u2069]/g, "")
}

test.each([
  [{}, 5, 3, "Carried: 5 for and 3 against."],
  [{}, 5, 5, "A tie: 5 for and 5 against."],
  [{ majority: "absolute" }, 4, 4, "Not carried: 4 of 8 valid votes, more than half (5) were needed."],
  [{ majority: "two-thirds" }, 6, 3, "Carried: 6 of 9 valid votes, two thirds (6) were needed."],
  [{ majority: "two-thirds" }, 6, 4, "Not carried: 6 of 10 valid votes, two thirds (7) were needed."],
  [
    { majority: "three-quarters", base: "cast" },
    3,
    1,
    "Carried: 3 of 4 ballots cast, three quarters (3) were needed.",
  ],
  [{ majority: "unanimous" }, 1, 0, "Carried: 1 of 1 valid vote, all (1) were needed."],
  [
    { majority: "two-thirds", base: "eligible", eligible: 120 },
    80,
    10,
    "Carried: 80 of 120 eligible voters voted for it, two thirds (80) were needed.",
  ],
  [
    { majority: "absolute", base: "eligible", eligible: 10 },
    5,
    0,
    "Not carried: 5 of 10 eligible voters voted for it, more than half (6) were needed.",
  ],
  [{ quorum: 20 }, 7, 5, "No quorum: 12 of 20 ballots needed were cast."],
  [{ quorum: "1/3", eligible: 100 }, 30, 3, "No quorum: 33 of 34 ballots needed were cast."],
  [
    { quorum: "1/3", eligible: 9 },
    7,
    3,
    "Nothing is decided: 10 ballots were cast, and 9 voters are eligible.",
  ],
  [{}, 0, 0, ""],
])("a motion by %j with %d for and %d against reads %#", (decision, yes, no, sentence) => {
  expect(motion(decision, yes, no)).toBe(sentence)
})

test("seats that equals share are said to be tied, and what would be decided now is said to be that", () => {
  const three = ["a", "b", "c"].map((id) => ({ id, label: id.toUpperCase() }))
  const decided = (seats: number, votes: Record<string, number>, final: boolean) => {
    const decision: Decision = { rule: "votes", seats, quorum: 0 }
    const counts = { options: three, votes, said: null, total: 9, abstained: 0 }
    return outcomeInOne(decideCounts(counts, decision), three, final, english).replace(/[\u2068\u2069]/g, "")
  }
  expect(decided(1, { a: 3, b: 3, c: 1 }, true)).toBe("A tie: A and B.")
  expect(decided(2, { a: 5, b: 2, c: 2 }, true)).toBe("A wins. A tie for the last seat: B and C.")
  expect(decided(2, { a: 3, b: 3, c: 3 }, true)).toBe("A tie for the last 2 seats: A, B, and C.")
  expect(decided(3, { a: 5, b: 0, c: 0 }, true)).toBe(
    "A wins. 2 seats stay empty: no other option was chosen.",
  )
  expect(decided(2, { a: 0, b: 0, c: 0 }, true)).toBe("No option wins.")
  expect(decided(2, { a: 5, b: 3, c: 1 }, false)).toBe("If it were decided now: A and B win.")
})

test("of many motions it is told how many are carried, and of few each by itself", () => {
  const said = [
    { yes: 5, no: 3 },
    { yes: 3, no: 5 },
    { yes: 4, no: 4 },
    { yes: 8, no: 0 },
  ]
  const decided = (count: number, quorum = 0) => {
    const options = said.slice(0, count).map((_, i) => ({ id: `m${i}`, label: `Motion ${i}` }))
    const counts = {
      options,
      votes: {},
      said: Object.fromEntries(options.map(({ id }, i) => [id, said[i] ?? { yes: 0, no: 0 }])),
      ...{ total: 8, abstained: 0 },
    }
    const outcome = decideCounts(counts, decisionSchema.parse({ rule: "majority", quorum }))
    const plain = (text: string | null) => text?.replaceAll("\u00a0", " ") ?? null
    return [outcomeCounts(outcome, options, english), outcomeInOne(outcome, options, false, english)].map(
      plain,
    )
  }
  expect(decided(4)).toEqual([
    "Carried: 2 · Not carried: 1 · Tied: 1",
    "If it were decided now: Carried: 2 · Not carried: 1 · Tied: 1",
  ])
  expect(decided(3)[0]).toBeNull()
  expect(decided(3)[1]).toContain("Motion 1")
  expect(decided(4, 9)).toEqual([null, "If it were decided now: No quorum: 8 of 9 ballots needed were cast."])
})

test.each([
  [1, 3, "0.33"],
  [2, 3, "0.67"],
  [1, 200, "0.01"],
  [0, 4, "0.00"],
  [9_007_199_254_740_991, 900_719_925_474_100, "10.00"],
])("the mean of %d by %d is shown as %s", (sum, ratings, text) => {
  expect(meanText({ sum, ratings })).toBe(text)
})

test.each(LANGUAGES)("each rule and its quorum has a sentence of its own in %s", (language) => {
  const text = translator(language, messages[language])
  const majorities = ["absolute", "two-thirds", "three-quarters", "unanimous"] as const
  const rules: Decision[] = [
    ...(["votes", "mean", "sum"] as const).flatMap((rule) =>
      [1, 3].map((seats) => ({ rule, seats, quorum: 0 })),
    ),
    { rule: "majority", majority: "simple", base: "valid", quorum: 0 },
    ...majorities.flatMap((majority) =>
      (["valid", "cast", "eligible"] as const).map((base) => ({
        ...{ rule: "majority" as const, majority, base, quorum: 0 },
      })),
    ),
    { rule: "votes", seats: 1, quorum: 0, eligible: 9 },
    { rule: "votes", seats: 1, quorum: "1/3", eligible: 9 },
  ]
  const sentences = rules.map((rule) => decisionRule(rule, text))
  expect(new Set(sentences).size).toBe(rules.length)
  expect(sentences.every((sentence) => /[.。]$/.test(sentence))).toBe(true)
  expect(decisionRule({ rule: "votes", seats: 1, quorum: 12 }, text)).toContain("12")
  const ofEligible = decisionRule({ rule: "votes", seats: 1, quorum: ">1/2", eligible: 98_765 }, text)
  expect(ofEligible).toContain(">1/2")
  const digits = ofEligible.replace(/\D/g, "")
  expect([digits.includes("98765"), digits.includes("49383")]).toEqual([true, true])
})

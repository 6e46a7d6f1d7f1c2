import { expect, test } from "bun:test"
import { fewestOptions } from "./limits"
import { confirmsVote, pollDefinitionSchema, pollSchema, votingPhase } from "./poll"

const options = (label: string) => [
  { id: "a", label },
  { id: "b", label: "Dogs" },
]
const isTaken = (title: string, label = "Cats") =>
  pollDefinitionSchema.safeParse({ title, options: options(label) }).success

test.each(["Cats or dogs?", "🐈", "猫か犬か", "ทุเรียนน้ำ", "क्षत्रिय", "عربي", "👩‍👩‍👧", "e\u0301\u0323", "?"])(
  "%s can be a title and a label",
  (words) => {
    expect([isTaken(words), isTaken("Which?", words)]).toEqual([true, true])
  },
)

test.each([
  ["nothing that can be seen", "\u200B\u2060"],
  ["marks alone", "\u0301"],
  ["a blank of Braille", "\u2800"],
  ["a filler of Hangul", "\u3164"],
  ["a turn of the direction", "Budget \u202E0001"],
  ["an isolated turn", "\u2067abc"],
  ["a pile of marks", `Z${"\u0301".repeat(5)}`],
  ["a pile of marks with joiners in it", `Z${"\u0301\u0301\u200D".repeat(3)}`],
  ["a pile of marks with spaces of no width in it", `Z${"\u0301\u0301\u2060".repeat(3)}`],
  ["two lines", "Cats\u2028Dogs"],
  ["two paragraphs", "Cats\u2029Dogs"],
])("neither a title nor a label can be %s", (_, words) => {
  expect([isTaken(words), isTaken("Which?", words)]).toEqual([false, false])
})

test("an emoji must be visible, and can't turn the direction of writing", () => {
  const isEmoji = (emoji: string) =>
    pollDefinitionSchema.safeParse({
      title: "Which?",
      options: [
        { id: "a", label: "Cats", emoji },
        { id: "b", label: "Dogs" },
      ],
    }).success
  expect(["\u202E🐈", "\u2066🐈", "\u2800", "\u200B", "\u3164"].map(isEmoji)).toEqual(Array(5).fill(false))
  expect(["🐈", "👩‍👩‍👧", "1️⃣", "🇩🇪🇫🇷", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"].map(isEmoji)).toEqual(Array(5).fill(true))
})

test.each(["Yes\u200B", "Yes\u2060", "Yes\u200D", "Yes\uFE0F", "Y\u00ADes"])(
  "%j differs from Yes only by what can't be seen, so that they can't both be options",
  (label) => {
    const options = [
      { id: "a", label: "Yes" },
      { id: "b", label },
    ]
    const { error } = pollDefinitionSchema.safeParse({ title: "Which?", options })
    expect(error?.issues.map(({ path, message }) => [path.join("."), message])).toEqual([
      ["options.1.label", "is the label of another option too: give each its own"],
    ])
  },
)

test("ballots that decide may have one option alone, all others need two, and none has nothing to vote on", () => {
  const methods = ["choose", "rank", "rate", "decide"] as const
  expect(methods.map((method) => fewestOptions({ method }))).toEqual([2, 2, 2, 1])
  const of = (count: number) => ({ title: "Which?", options: options("Cats").slice(0, count) })
  expect([0, 1, 2].map((count) => pollDefinitionSchema.safeParse(of(count)).success)).toEqual([
    false,
    true,
    true,
  ])
})

test("a poll that already has a text of that kind stays valid", () => {
  const stored = {
    ...{ number: 1, id: "old", salt: "s".repeat(43), revision: 1, isDefault: false, state: "open" },
    ...{ title: "\u202Eold", options: options("\u200B"), policy: "final", results: "live" },
    ...{ eligibility: "browser", opensAt: null, closesAt: null },
  }
  expect(pollSchema.safeParse(stored).success).toBe(true)
})

test("a vote is confirmed where the first one is final, unless the host says otherwise", () => {
  expect(confirmsVote({ policy: "final", confirm: null })).toBe(true)
  expect(confirmsVote({ policy: "changeable", confirm: null })).toBe(false)
  expect(confirmsVote({ policy: "final", confirm: false })).toBe(false)
  expect(confirmsVote({ policy: "changeable", confirm: true })).toBe(true)
})

test("a paused poll stays paused past its opening, and closes at its time all the same", () => {
  const [opensAt, closesAt] = [new Date(1_000), new Date(2_000)]
  expect(votingPhase({ state: "paused", opensAt, closesAt }, 1_500)).toBe("paused")
  expect(votingPhase({ state: "paused", opensAt, closesAt }, 2_000)).toBe("closed")
})

/** Ballots by chance, as seed and flood fill them in. */

import { expect, test } from "bun:test"
import { choiceIn, textOf } from "@tallyroom/lib/ballots/choice"
import { type BallotMethod, ballotMethodSchema } from "@tallyroom/lib/polls/ballot-method"
import { randomBallot } from "../../scripts/load/k6/random-ballot"

const OPTIONS = ["d", "b", "e", "a", "c"]

/** Many ballots, as the texts that the inbox has. */
function textsOf(ballot: BallotMethod, shareOf: (option: string) => number = () => 1): (string | null)[] {
  const asked = { ballot, options: OPTIONS.map((id) => ({ id })) }
  return Array.from({ length: 500 }, () => {
    const choice = choiceIn(randomBallot({ options: OPTIONS, ballot }, shareOf))
    return choice && textOf(asked, choice)
  })
}

test.each([
  { method: "choose" },
  { method: "choose", abstain: true },
  { method: "choose", min: 2, max: 3 },
  { method: "choose", max: "all", abstain: true },
  { method: "rank" },
  { method: "rank", max: 2, abstain: true },
  { method: "rate", highest: 1 },
  { method: "rate", highest: 10, abstain: true },
  { method: "decide", abstain: true },
])("a poll takes every one that %j gives, and they are not all the same", (given) => {
  const texts = textsOf(ballotMethodSchema.parse(given))
  expect(texts).not.toContain(null)
  expect(new Set(texts).size).toBeGreaterThan(4)
  expect(texts.includes("-")).toBe("abstain" in given)
})

test("who likes an option more names it more often, and who likes it not at all never", () => {
  const shares: Record<string, number> = { a: 4, b: 1, c: 1, d: 1, e: 0 }
  const ballot = { method: "choose", min: 1, max: 1, abstain: false } as const
  const texts = textsOf(ballot, (option) => shares[option] ?? 0)
  const times = (option: string) => texts.filter((text) => text === option).length
  expect(times("e")).toBe(0)
  // Of 500 about 286 and 71; six standard deviations are 66 and 47.
  expect(times("a")).toBeGreaterThan(286 - 66)
  expect(times("b")).toBeLessThan(71 + 47)
})

test("where too few options are left for a ballot, that is said", () => {
  const ballot = { method: "choose", min: 3, max: 5, abstain: false } as const
  expect(() => randomBallot({ options: OPTIONS, ballot }, (option) => (option < "c" ? 1 : 0))).toThrow(
    "A ballot names at least 3 options: leave out fewer.",
  )
})

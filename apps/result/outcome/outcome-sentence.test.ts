/** What a chair reads aloud of ties: for what the tied are equal. */

import { expect, test } from "bun:test"
import type { Outcome } from "@tallyroom/lib/outcome/outcome"
import { translator } from "@tallyroom/lib/ui/i18n"
import { namedOptions } from "./named-options"
import { outcomeMessages } from "./outcome-messages"
import { outcomeSentence } from "./outcome-sentence"

const english = translator("en", outcomeMessages.en)
/** Without options of its own it calls each by its id. */
const options = namedOptions({ options: [] }, english)
const votesOf = (votes: Record<string, number>) =>
  Object.fromEntries(Object.entries(votes).map(([id, count]) => [id, `${count}.00000`]))

const common = { ballots: 19, abstained: 0, quorum: 0, quorate: true }

function stv(winners: string[], tied: string[], votes: Record<string, number>): Outcome {
  const round = { after: null, by: null, votes: votesOf(votes), notTransferable: "0.00000", elected: winners }
  return { rule: "stv", ...common, seats: 3, quota: 5, winners, tied, rounds: [round] }
}

function irv(tied: string[], votes: Record<string, number>): Outcome {
  const round = { votes, exhausted: 0, out: [], by: null }
  return { rule: "irv", ...common, seats: 1, winners: [], tied, rounds: [round] }
}

const said = (outcome: Outcome) =>
  outcomeSentence(outcome, true, options, english).replaceAll(/[\u2068\u2069]/g, "")

test("a tie of those who are last is not said to be one for the seats that are left", () => {
  expect(said(stv(["Grace"], ["Ada", "Fay"], { Grace: 5, Bob: 4, Cem: 4, Ada: 2, Fay: 2 }))).toBe(
    "Grace wins. A tie for who goes out next: Ada and Fay. The rule does not decide between them, so the count stops here. 2 seats are not filled.",
  )
  expect(said(irv(["Ada", "Fay"], { Bob: 4, Ada: 2, Fay: 2 }))).toBe(
    "A tie for who goes out next: Ada and Fay. The rule does not decide between them, so the count stops here.",
  )
})

test("a tie of all who are left is one for what is left", () => {
  expect(said(irv(["Ada", "Fay"], { Ada: 2, Fay: 2 }))).toBe(
    "A tie: Ada and Fay. The rule does not decide between them.",
  )
  expect(said(stv(["Grace", "Bob"], ["Ada", "Fay"], { Grace: 5, Bob: 5, Ada: 4, Fay: 4 }))).toBe(
    "Grace and Bob win. A tie: Ada and Fay. The rule does not decide between them. 1 seat is not filled.",
  )
})

test("elected options whose surpluses are equal are not said to be tied for a seat", () => {
  const both = stv(["Ada", "Bob"], ["Ada", "Bob"], { Ada: 7, Bob: 7, Cem: 3, Fay: 2 })
  expect(said(both)).toContain("A tie for whose surplus is transferred first: Ada and Bob.")
})

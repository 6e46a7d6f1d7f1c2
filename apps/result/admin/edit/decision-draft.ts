/** By which rule a poll is decided, while it is edited. Rankings keep the decision that the API gave them. */

import type { Decision } from "@tallyroom/lib/polls/decision"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { BallotDraft } from "./draft"
import type { BASES, MAJORITIES, RATE_RULES } from "./modes"
import { numberIn } from "./number-in"

/** The seats count where options are chosen or rated, the rule where they are rated, majority and base where each is decided on. */
export type DecisionDraft = {
  seats: string
  quorum: string
  rateRule: (typeof RATE_RULES)[number]
  majority: (typeof MAJORITIES)[number]
  base: (typeof BASES)[number]
}

/** How a poll is decided whose host does not care. */
const USUAL: DecisionDraft = { seats: "1", quorum: "0", rateRule: "mean", majority: "simple", base: "valid" }

export function decisionDraftOf({ ballot, decision }: Pick<Poll, "ballot" | "decision">): DecisionDraft {
  if (!decision || ballot.method === "rank") return USUAL
  const quorum = String(decision.quorum)
  if (decision.rule === "majority") {
    const { majority, base } = decision
    return ballot.method === "decide" ? decisionDraft("decide", { quorum, majority, base }) : USUAL
  }
  const rateRule = decision.rule === "sum" ? "sum" : "mean"
  const choose = ballot.method === "rate" ? "rate" : "one"
  return decisionDraft(choose, { quorum, seats: String(decision.seats), rateRule })
}

/** The draft without what does not count, so that equal rules are equal drafts. */
export function decisionDraft(choose: BallotDraft["choose"], fields: Partial<DecisionDraft>): DecisionDraft {
  const { seats, quorum, rateRule, majority, base } = { ...USUAL, ...fields }
  if (choose === "rank") return USUAL
  if (choose !== "decide")
    return { ...USUAL, seats, quorum, rateRule: choose === "rate" ? rateRule : USUAL.rateRule }
  // Of the votes for and against, more for than against is the same whatever it is a part of.
  return { ...USUAL, quorum, majority, base: majority === "simple" ? USUAL.base : base }
}

/** The decision as the API takes it. A text that is no number becomes none, which the schema refuses. */
export function decisionOfDraft(choose: BallotDraft["choose"], draft: DecisionDraft): Decision {
  const { seats, quorum, rateRule, majority, base } = draft
  if (choose === "decide") return { rule: "majority", majority, base, quorum: numberIn(quorum) }
  const rule = choose === "rate" ? rateRule : "votes"
  return { rule, seats: numberIn(seats), quorum: numberIn(quorum) }
}

/** The decision to store: none where it is the usual one, or where rankings keep theirs. */
export function storedDecisionOf(choose: BallotDraft["choose"], draft: DecisionDraft): Decision | null {
  const given = decisionDraft(choose, draft)
  const isUsual = Object.entries(USUAL).every(
    ([field, usual]) => given[field as keyof DecisionDraft] === usual,
  )
  return isUsual ? null : decisionOfDraft(choose, given)
}

/** By which rule a poll is decided, while it is edited. */

import type { Decision } from "@tallyroom/lib/polls/decision"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { BallotDraft } from "./draft"
import { type BASES, type MAJORITIES, RANK_RULES, RANK_RULES_WITH_SEATS, RATE_RULES } from "./modes"
import { numberIn } from "./number-in"

/** The quorum is a number of ballots or a part of the eligible voters, whose number is empty where it is not known. The seats count where several may win, a rule where options are ranked or rated, majority and base where each is decided on. */
export type DecisionDraft = {
  seats: string
  quorum: string
  eligible: string
  rankRule: (typeof RANK_RULES)[number]
  rateRule: (typeof RATE_RULES)[number]
  majority: (typeof MAJORITIES)[number]
  base: (typeof BASES)[number]
}

type Decided = Pick<Poll, "ballot" | "decision">

/** How a poll is decided whose host does not care. */
const USUAL: DecisionDraft = {
  seats: "1",
  quorum: "0",
  eligible: "",
  rankRule: "irv",
  rateRule: "mean",
  majority: "simple",
  base: "valid",
}

export function decisionDraftOf({ ballot, decision }: Decided): DecisionDraft {
  if (!decision) return USUAL
  const quorum = String(decision.quorum)
  const eligible = decision.eligible === undefined ? USUAL.eligible : String(decision.eligible)
  if (decision.rule === "majority") {
    const { majority, base } = decision
    return ballot.method === "decide" ? decisionDraft("decide", { quorum, eligible, majority, base }) : USUAL
  }
  const rateRule = RATE_RULES.find((rule) => rule === decision.rule) ?? USUAL.rateRule
  const rankRule = RANK_RULES.find((rule) => rule === decision.rule) ?? USUAL.rankRule
  const { method } = ballot
  const choose = method === "rate" || method === "rank" ? method : "one"
  return decisionDraft(choose, { quorum, eligible, seats: String(decision.seats), rankRule, rateRule })
}

/** Whether the fields of the form are the same for both: what differs all the same is none of the form's to change. */
export function haveEqualDrafts(one: Decided, other: Decided): boolean {
  const draft = decisionDraftOf(other)
  const fields = Object.entries(decisionDraftOf(one))
  return (
    one.ballot.method === other.ballot.method &&
    fields.every(([field, value]) => draft[field as keyof DecisionDraft] === value)
  )
}

/** The draft without what does not count, so that equal rules are equal drafts. */
export function decisionDraft(choose: BallotDraft["choose"], fields: Partial<DecisionDraft>): DecisionDraft {
  const { seats, quorum, eligible, rankRule, rateRule, majority, base } = { ...USUAL, ...fields }
  const voters = { quorum, eligible }
  if (choose === "rank")
    return {
      ...USUAL,
      ...voters,
      rankRule,
      seats: RANK_RULES_WITH_SEATS.includes(rankRule) ? seats : USUAL.seats,
    }
  if (choose === "rate")
    return { ...USUAL, ...voters, rateRule, seats: rateRule === "star" ? USUAL.seats : seats }
  if (choose !== "decide") return { ...USUAL, ...voters, seats }
  // Of the votes for and against, more for than against is the same whatever it is a part of.
  return { ...USUAL, ...voters, majority, base: majority === "simple" ? USUAL.base : base }
}

/** The decision as the API takes it. A text that is no number becomes none, which the schema refuses. */
export function decisionOfDraft(choose: BallotDraft["choose"], draft: DecisionDraft): Decision {
  const { seats, eligible, rankRule, rateRule, majority, base } = draft
  const quorum = /^[>\d]*[%/]/.test(draft.quorum) ? draft.quorum : numberIn(draft.quorum)
  const voters = { quorum, ...(eligible !== "" && { eligible: numberIn(eligible) }) }
  if (choose === "decide") return { rule: "majority", majority, base, ...voters }
  const rule = choose === "rank" ? rankRule : choose === "rate" ? rateRule : "votes"
  return { rule, seats: numberIn(seats), ...voters }
}

/** The decision to store: none where it is the usual one. */
export function storedDecisionOf(choose: BallotDraft["choose"], draft: DecisionDraft): Decision | null {
  const given = decisionDraft(choose, draft)
  const isUsual = Object.entries(USUAL).every(
    ([field, usual]) => given[field as keyof DecisionDraft] === usual,
  )
  return isUsual ? null : decisionOfDraft(choose, given)
}

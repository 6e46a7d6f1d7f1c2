/** What a host asks: questions of every method, decided by every rule, some of which may be abstained from. */

import { type BallotKind, ONE_OPTION } from "../record/said"
import type { PollKind } from "./voters"

export type Question = Omit<PollKind, "policy">

/** What was asked before there were methods. */
export const ONE: Question = { options: ["a", "b", "c"], ballot: ONE_OPTION, decision: null }

/** Their ids are not in order: a ballot's text must not depend on how they are shown. */
const OPTIONS = ["d", "b", "e", "a", "c"]
const ALL = { least: 1, most: OPTIONS.length, highest: 0, abstain: false }
/** As many ballots as some polls get and others don't. */
const QUORUM = 300
/** As many as some polls have more ballots than, so that nothing is decided by them, and some too few. */
const OF_ELIGIBLE = { quorum: "1/3", eligible: 600 }

type BallotAsked = Pick<BallotKind, "method"> & Partial<BallotKind>

function question(ballot: BallotAsked, decision: PollKind["decision"]): Question {
  return { options: OPTIONS, ballot: { ...ALL, ...ballot }, decision }
}

/** The one method that takes an option alone. */
function oneMotion(decision: PollKind["decision"]): Question {
  const ballot: BallotKind = { ...ALL, method: "decide", most: 1, abstain: true }
  return { options: ["a"], ballot, decision }
}

const winners = { seats: 1, quorum: 0 }
const motions = { rule: "majority", base: "valid", quorum: 0 } as const

/** Each four of them are of four methods, and decided by rules that the others don't have. */
export const FURTHER_QUESTIONS: readonly Question[] = [
  question({ method: "choose", most: 3, abstain: true }, null),
  question({ method: "rank", abstain: true }, { ...winners, rule: "irv" }),
  question({ method: "rate", highest: 5, abstain: true }, { ...winners, rule: "mean" }),
  question({ method: "decide", abstain: true }, { ...motions, majority: "simple" }),

  question({ method: "choose", least: 2 }, { ...winners, rule: "votes", seats: 2 }),
  question({ method: "rank" }, { ...winners, rule: "stv", seats: 2 }),
  question({ method: "rate", highest: 5, abstain: true }, { ...winners, rule: "star" }),
  question({ method: "decide" }, { ...motions, majority: "two-thirds", base: "cast" }),

  question({ method: "choose", least: 2, most: 2 }, null),
  question({ method: "rank", most: 3, abstain: true }, { ...winners, rule: "condorcet" }),
  question({ method: "rate", highest: 1, abstain: true }, { ...winners, rule: "mean", quorum: QUORUM }),
  question({ method: "decide" }, { ...motions, majority: "absolute", base: "eligible", ...OF_ELIGIBLE }),

  question({ method: "choose", most: 1, abstain: true }, { ...winners, rule: "votes", quorum: QUORUM }),
  question({ method: "rank", most: 4 }, { ...winners, rule: "borda", seats: 2, ...OF_ELIGIBLE }),
  question({ method: "rate", highest: 10 }, { ...winners, rule: "sum", seats: 2 }),
  oneMotion({ ...motions, majority: "three-quarters", base: "cast" }),
]

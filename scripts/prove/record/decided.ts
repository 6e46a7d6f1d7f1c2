/** How a poll is decided, as the host asked for it. */

import type { Method } from "./said"

type Rule = "votes" | "irv" | "stv" | "condorcet" | "borda" | "mean" | "sum" | "star"
type Majority = "simple" | "absolute" | "two-thirds" | "three-quarters" | "unanimous"

type Common = {
  /** How many ballots, or which part of the eligible voters: "25%", "1/3", ">1/2". */
  quorum: number | string
  /** How many may vote; undefined where that was not said. */
  eligible?: number | undefined
}

/** The poll's field `decision`. */
export type DecisionAsked =
  | (Common & { rule: Rule; seats: number })
  | (Common & { rule: "majority"; majority: Majority; base: "valid" | "cast" | "eligible" })

/** Whether whole ballots decide, so that it takes a while after each vote, and what comes of it is stored once the poll is final. */
export function isByWholeBallots(method: Method, decision: DecisionAsked | null): boolean {
  return method === "rank" || decision?.rule === "star"
}

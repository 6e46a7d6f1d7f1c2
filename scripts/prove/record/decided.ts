/** How a poll is decided, as the host asked for it. */

type Rule = "votes" | "irv" | "stv" | "condorcet" | "borda" | "mean" | "sum"
type Majority = "simple" | "absolute" | "two-thirds" | "three-quarters" | "unanimous"

/** The poll's field `decision`. */
export type DecisionAsked =
  | { rule: Rule; seats: number; quorum: number }
  | { rule: "majority"; majority: Majority; base: "valid" | "cast"; quorum: number }

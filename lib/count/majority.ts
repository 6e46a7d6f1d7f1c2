/** Whether a motion is carried: a quorum, and a majority of a base that is named. Whole numbers alone decide. */

import { atLeast, moreThan } from "./parts"
import { isOverfull } from "./quorum"

/** What a majority is a part of: votes for and against; these and abstentions; everybody who might have voted. */
export type Base = "valid" | "cast" | "eligible"

export type MajorityRule = {
  /**
   * `simple`: more votes for than against. `absolute`: more than half of the base. The others: at least that part of it, so two
   * thirds of 9 are 6, and two thirds of 10 are 7.
   */
  readonly majority: "simple" | "absolute" | "two-thirds" | "three-quarters" | "unanimous"
  readonly base: Base
  /** How many ballots must have been cast, abstentions among them; 0 where it does not matter. */
  readonly quorum: number
}

export type Votes = {
  readonly yes: number
  readonly no: number
  readonly abstain: number
  /** How many may vote; null where that is not known. */
  readonly eligible: number | null
}

export type Decision = {
  readonly outcome: "carried" | "not carried" | "no quorum" | "too many ballots" | "tie"
  /** How many votes for it there must be, at least one. For a simple majority: one more than against it. */
  readonly needed: number
  /** How many the base is. */
  readonly base: number
}

/**
 * As many votes for as against are a tie by a simple majority, which a chair may have to break; by the others they are too few.
 * What nobody votes for is never carried. Where there are more ballots than eligible voters, nothing is decided, whatever its base: either
 * somebody voted who might not, or the number is wrong.
 * @throws {RangeError} for the base `eligible` where it is not known how many are
 */
export function decide({ majority, base, quorum }: MajorityRule, votes: Votes): Decision {
  const { yes, no, abstain } = votes
  const whole = sizeOf(base, votes)
  const needed = majority === "simple" ? no + 1 : Math.max(1, neededOf(majority, whole))
  const decision = (outcome: Decision["outcome"]) => ({ outcome, needed, base: whole })
  if (isOverfull(yes + no + abstain, votes.eligible)) return decision("too many ballots")
  if (yes + no + abstain < quorum) return decision("no quorum")
  if (majority === "simple" && yes === no && yes > 0) return decision("tie")
  return decision(yes >= needed ? "carried" : "not carried")
}

function sizeOf(base: Base, { yes, no, abstain, eligible }: Votes): number {
  if (base === "valid") return yes + no
  if (base === "cast") return yes + no + abstain
  if (eligible === null)
    throw new RangeError("A majority of all eligible voters needs to know how many they are.")
  return eligible
}

const PARTS = { "two-thirds": [2, 3], "three-quarters": [3, 4], unanimous: [1, 1] } as const

function neededOf(majority: Exclude<MajorityRule["majority"], "simple">, whole: number): number {
  if (majority === "absolute") return moreThan(whole, 1, 2)
  const [part, of] = PARTS[majority]
  return atLeast(whole, part, of)
}

/** How many ballots a quorum is: a number of them, or a part of those who may vote. */

import { atLeast, moreThan } from "./parts"

/** A number of ballots, 0 where it does not matter; or a part of the eligible voters as by-laws name it: `25%`, `1/3`, `>1/2` (more than half). */
export type Quorum = number | string

/** The parts: at most all of them, and more than a part only where that is not all. */
export const PART_OF_ELIGIBLE = /^>?(?:[1-9]\d?%|100%|[1-9]\d?\/[1-9]\d?)$/

type Part = { readonly part: number; readonly of: number; readonly isMore: boolean }

/** Null for a text that names no part, or more than there are. */
export function partIn(text: string): Part | null {
  if (!PART_OF_ELIGIBLE.test(text)) return null
  const [part = 0, of = 100] = text.replace(/[>%]/g, "").split("/").map(Number)
  const isMore = text.startsWith(">")
  return part < of || (part === of && !isMore) ? { part, of, isMore } : null
}

/**
 * How many ballots must have been cast, abstentions among them.
 * @param eligible how many may vote; null where that is not known
 * @throws {RangeError} for a part of nobody knows how many, and for a text that is no part
 */
export function ballotsNeeded(quorum: Quorum, eligible: number | null): number {
  if (typeof quorum === "number") return quorum
  const part = partIn(quorum)
  if (part === null) throw new RangeError(`"${quorum}" is no part of the eligible voters.`)
  if (eligible === null) throw new RangeError("A quorum of eligible voters needs to know how many they are.")
  return (part.isMore ? moreThan : atLeast)(eligible, part.part, part.of)
}

/** Whether more ballots were cast than there are people who may vote: then one of the two numbers is wrong, and nothing can be decided by them. */
export function isOverfull(ballots: number, eligible: number | null): boolean {
  return eligible !== null && ballots > eligible
}

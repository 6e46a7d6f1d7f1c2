/** Profiles for comparison, from a seed: few and many ballots, short ones among them, so few at times that votes are often equal. */

import type { RatedBallots } from "@tallyroom/lib/count/rating"

export type Election = {
  options: number
  rankings: { order: number[]; ballots: number }[]
  seats: number
  /** A drawing of lots: all options in the order in which they were drawn. */
  lots: number[]
  /** The highest rating. */
  scale: number
  rated: RatedBallots[]
}

/** Whole numbers from 0 to below n, the same ones for the same seed (mulberry32). */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

export function electionsFrom(seed: number, count: number): Election[] {
  const below = numbersFrom(seed)
  return Array.from({ length: count }, () => electionOf(below))
}

function electionOf(below: (limit: number) => number): Election {
  const options = 3 + below(5)
  const all = Array.from({ length: options }, (_, option) => option)
  const kinds = 1 + below(12)
  const most = [1, 3, 20, 1_000][below(4)] ?? 1
  const scale = [1, 5, 10][below(3)] ?? 5
  const some = <T>(make: () => T) => Array.from({ length: kinds }, make)
  const mayBeEmpty = below(4) === 0
  return {
    options,
    rankings: some(() => ({
      order: shuffled(all, below).slice(0, (mayBeEmpty ? 0 : 1) + below(options + (mayBeEmpty ? 1 : 0))),
      ballots: 1 + below(most),
    })),
    seats: 1 + below(options - 1),
    lots: shuffled(all, below),
    scale,
    rated: some(() => ({
      ratings: all.map(() => (below(5) === 0 ? null : below(scale + 1))),
      ballots: 1 + below(Math.min(most, 20)),
    })),
  }
}

function shuffled<T>(values: readonly T[], below: (limit: number) => number): T[] {
  return values
    .map((value) => ({ value, key: below(2 ** 30) }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value)
}

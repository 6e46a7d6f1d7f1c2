/** What is done where votes are equal. Nothing here is decided by chance: what rules and earlier rounds leave open is a tie. */

type Votes = readonly (number | bigint | null)[]

/** How a choice among equals was made; null where nobody had equally many votes. */
export type TieBreak = "earlier round" | "lot" | null

/**
 * Of options with equally many votes, the one that had the fewest (or the most) in the most recent earlier round in which they
 * differed; then, if there is one, by lot. Where an earlier round tells only some apart, the lot is among those that are left.
 *
 * Source: The Scottish Local Government Elections Order 2007 (SSI 2007/42), schedule 1, rules 49 and 51.
 *
 * @param rounds the votes of all earlier rounds, the first one first
 * @param lots options in the order in which they were drawn; the first one of the equals is chosen
 * @returns null where it is a tie
 */
export function chooseAmong(
  equals: readonly number[],
  rounds: readonly Votes[],
  wanted: "fewest" | "most",
  lots: readonly number[] = [],
): { option: number; by: TieBreak } | null {
  const [only] = equals
  if (equals.length === 1 && only !== undefined) return { option: only, by: null }
  let left = equals
  for (const votes of rounds.toReversed()) left = extremesOf(left, votes, wanted)
  const [earlier] = left
  if (left.length === 1 && earlier !== undefined) return { option: earlier, by: "earlier round" }
  const drawn = lots.find((option) => left.includes(option))
  return drawn === undefined ? null : { option: drawn, by: "lot" }
}

/** Those of the options that have the fewest, or the most, votes. */
export function extremesOf(options: readonly number[], votes: Votes, wanted: "fewest" | "most"): number[] {
  const isBetter = (a: number | bigint, b: number | bigint) => (wanted === "fewest" ? a < b : a > b)
  let best: number[] = []
  for (const option of options) {
    const first = best[0]
    const difference = first === undefined ? null : ([votes[option] ?? 0, votes[first] ?? 0] as const)
    if (difference === null || isBetter(...difference)) best = [option]
    else if (difference[0] === difference[1]) best.push(option)
  }
  return best
}

/** Who gets the seats by what each option has, and who is tied for those that are left. */
export type Seats = {
  /** The best first; those that are equal in the order of their indices. */
  readonly elected: readonly number[]
  /** Those who have equally much, and are too many for the seats that are left. Empty where nobody is. */
  readonly tied: readonly number[]
}

/**
 * The best options, as many as there are seats. Options that are equal get all of them a seat, or none.
 * @param compare more than 0 where the first is better
 * @param options who may have one; all of them by default
 */
export function seatsByOrder(
  options: readonly number[],
  seats: number,
  compare: (a: number, b: number) => number,
): Seats {
  const best = [...options].sort((a, b) => compare(b, a) || a - b)
  const last = best[seats - 1]
  const next = best[seats]
  if (last === undefined || next === undefined || compare(last, next) !== 0) {
    return { elected: best.slice(0, seats), tied: [] }
  }
  return {
    elected: best.filter((option) => compare(option, last) > 0),
    tied: best.filter((option) => compare(option, last) === 0),
  }
}

export const allOptions = (count: number): number[] => Array.from({ length: count }, (_, option) => option)

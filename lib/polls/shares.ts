/** The share of the votes that each option has, the same on every page and in every file and API. */

/** Shares are whole tenths of a percent. */
const TENTHS = 1_000

/**
 * The share of each option, from 0 to 1 in steps of 0.001; null while there are no votes. Together the shares are exactly 1:
 * each is rounded down, and the tenths of a percent that are left go to the options that lost most by rounding (the method
 * of largest remainders). Of two that lost the same, the one with more votes comes first, and then the one that is listed
 * first. No share is off by more than 0.1 %, so that a single vote among thousands may be 0 %: pages show the number, too.
 */
export function sharesOf(votes: readonly number[]): number[] | null {
  const total = votes.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  const exact = votes.map((count) => (count * TENTHS) / total)
  const tenths = exact.map(Math.floor)
  const left = TENTHS - tenths.reduce((sum, count) => sum + count, 0)
  const lost = (i: number) => ((votes[i] ?? 0) * TENTHS) % total
  const places = votes.map((_, i) => i)
  places.sort((a, b) => lost(b) - lost(a) || (votes[b] ?? 0) - (votes[a] ?? 0) || a - b)
  for (const i of places.slice(0, left)) tenths[i] = (tenths[i] ?? 0) + 1
  return tenths.map((count) => count / TENTHS)
}

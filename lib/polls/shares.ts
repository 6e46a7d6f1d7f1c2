/** What part of all votes each option has, as every page, file and API says it. */

/** Shares are whole tenths of a percent. */
const TENTHS = 1_000

/**
 * The share of each option, from 0 to 1 in steps of 0.001; null while there are no votes. Together they are always exactly 1:
 * each is rounded down, and the tenths of a percent that are left go to those that lost most by it (the method of largest
 * remainders), of equal ones to the one with more votes, and then to the one that stands first. So no share is more than
 * 0.1 % off, which may make a single vote among thousands 0 %: the number of votes stands beside it.
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

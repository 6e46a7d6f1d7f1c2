/** The share that each option has, the same on every page and in every file and API. */

/** Shares are whole tenths of a percent. */
const TENTHS = 1_000

/**
 * The share of each option, from 0 to 1 in steps of 0.001; null while there are no votes. Each is rounded by itself, half up,
 * so that options with equally many votes have equal shares. Together the shares may so be a little more or less than 1.
 * No share is off by more than 0.05 %, so that a single vote among thousands may be 0 %: pages show the number, too.
 * @param ballots those that chose an option. Where one may choose several, the shares together may be much more than 1. By default
 * each chose one.
 */
export function sharesOf(votes: readonly number[], ballots = sumOf(votes)): number[] | null {
  if (ballots === 0) return null
  return votes.map((count) => Math.round((count * TENTHS) / ballots) / TENTHS)
}

function sumOf(votes: readonly number[]): number {
  return votes.reduce((sum, count) => sum + count, 0)
}

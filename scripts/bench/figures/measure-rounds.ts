/** The rounds of a benchmark, told one by one. */

import type { TellFigures } from "./report"
import { figures, type Legend } from "./rounds"

/**
 * Measures so many rounds one after the other, and tells the figures of each.
 * @param measure one round, by its number from 0 on
 */
export async function measureRounds<Name extends string, Round extends Record<NoInfer<Name>, number>>(
  count: number,
  legend: Legend<Name>,
  say: TellFigures,
  measure: (round: number) => Promise<Round>,
): Promise<Round[]> {
  const rounds: Round[] = []
  for (let i = 0; i < count; i++) {
    const round = await measure(i)
    say(`round ${i + 1} of ${count}`, figures(legend, [round]))
    rounds.push(round)
  }
  return rounds
}

/**
 * Ranked pairs by margins, a Condorcet method: the clearest majorities are kept first, and one that would close a circle with clearer
 * ones is left out.
 *
 * Source: T. N. Tideman, "Independence of clones as a criterion for voting rules", Social Choice and Welfare 4 (1987). That leaves
 * majorities by equal margins to a lot. Here they are looked at together, so that nothing depends on the order of options: of such
 * majorities each is left out that is in a circle with others of the same margin and clearer ones that were kept.
 */

import { type Pairs, pairsOf } from "./pairs"
import type { Profile } from "./profile"
import { allOptions } from "./ties"

export type Majority = {
  readonly preferred: number
  readonly to: number
  /** By how many ballots; above 0. */
  readonly margin: number
  readonly isKept: boolean
}

export type RankedPairsCount = {
  readonly pairs: Pairs
  /** The clearest first. */
  readonly majorities: readonly Majority[]
  /** Null while there are no majorities, and where it is a tie. */
  readonly winner: number | null
  /** Those to whom nobody is preferred, if there are several; empty where there is a winner. */
  readonly tied: readonly number[]
}

export function countRankedPairs(profile: Profile): RankedPairsCount {
  const pairs = pairsOf(profile)
  const all = allOptions(pairs.options)
  const found = all
    .flatMap((preferred) => all.map((to) => ({ preferred, to, margin: pairs.margin(preferred, to) })))
    .filter(({ margin }) => margin > 0)
    .sort((a, b) => b.margin - a.margin || a.preferred - b.preferred || a.to - b.to)
  const majorities: Majority[] = []
  let kept = new Reach(pairs.options)
  for (const equals of Map.groupBy(found, ({ margin }) => margin).values()) {
    const together = kept.with(equals)
    const judged = equals.map((it) => ({ ...it, isKept: !together.leads(it.to, it.preferred) }))
    majorities.push(...judged)
    kept = kept.with(judged.filter(({ isKept }) => isKept))
  }
  const beaten = new Set(majorities.filter(({ isKept }) => isKept).map(({ to }) => to))
  const best = all.filter((option) => !beaten.has(option))
  const [winner] = best
  if (best.length === 1 && winner !== undefined) return { pairs, majorities, winner, tied: [] }
  return { pairs, majorities, winner: null, tied: profile.total > 0 ? best : [] }
}

/** From which option majorities lead to which, over however many steps: by option, a bit for each that it leads to. */
class Reach {
  constructor(
    private readonly options: number,
    private readonly reached: readonly bigint[] = allOptions(options).map(() => 0n),
  ) {}

  leads(from: number, to: number): boolean {
    return ((this.reached[from] ?? 0n) & bit(to)) !== 0n
  }

  with(majorities: readonly { preferred: number; to: number }[]): Reach {
    const reached = [...this.reached]
    for (const { preferred, to } of majorities) reached[preferred] = (reached[preferred] ?? 0n) | bit(to)
    for (const middle of allOptions(this.options)) {
      const ends = reached[middle] ?? 0n
      if (ends === 0n) continue
      const it = bit(middle)
      for (const [from, set] of reached.entries()) if ((set & it) !== 0n) reached[from] = set | ends
    }
    return new Reach(this.options, reached)
  }
}

const bit = (option: number) => 1n << BigInt(option)

/**
 * Ranked pairs: of each two options more ballots prefer one. The clearest of these majorities are kept, those with equal margins
 * together, and one that would close a circle with clearer or as clear ones is left out.
 */

import type { Rankings, Winners } from "./decided"

type Majority = { preferred: string; to: string; margin: number; kept: boolean }

export function byPairs(ids: readonly string[], rankings: Rankings): Winners & Record<string, unknown> {
  const preferring = (one: string, other: string) =>
    rankings.filter((ranking) => {
      const [a, b] = [ranking.indexOf(one), ranking.indexOf(other)]
      return a >= 0 && (b < 0 || a < b)
    }).length
  const rowOf = (one: string) => {
    const others = ids.filter((other) => other !== one)
    return Object.fromEntries(others.map((other): [string, number] => [other, preferring(one, other)]))
  }
  const pairs = Object.fromEntries(ids.map((one) => [one, rowOf(one)]))
  const majorities = judged(ids, pairs)
  const best = ids.filter((id) => !majorities.some(({ to, kept }) => kept && to === id))
  const isWon = best.length === 1
  return {
    ...{ pairs, majorities },
    winners: isWon ? best : [],
    tied: isWon || rankings.length === 0 ? [] : best,
  }
}

/** The clearest first. */
function judged(ids: readonly string[], pairs: Record<string, Record<string, number>>): Majority[] {
  const marginOf = (one: string, other: string) => (pairs[one]?.[other] ?? 0) - (pairs[other]?.[one] ?? 0)
  const majorities = ids
    .flatMap((preferred) =>
      ids.map((to) => ({ preferred, to, margin: marginOf(preferred, to), kept: false })),
    )
    .filter(({ margin }) => margin > 0)
    .sort((a, b) => b.margin - a.margin)
  for (const majority of majorities) {
    const asClear = majorities.filter(({ margin, kept }) => kept || margin === majority.margin)
    majority.kept = !leads(asClear, majority.to, majority.preferred)
  }
  return majorities
}

/** Whether majorities lead from one option to another, over however many steps. */
function leads(majorities: readonly Majority[], from: string, goal: string): boolean {
  const reached = new Set([from])
  for (const at of reached) for (const { preferred, to } of majorities) if (preferred === at) reached.add(to)
  return reached.has(goal)
}

/** Who goes out where the fewest votes do: one, several of whom it does not matter who goes first, or nobody, as it is a tie. */

/** Of those that are left. */
export type Votes = Record<string, number>

export type Going = { out: string[]; by: "earlier round" | "together" | null; tied: string[] }

/**
 * @param earlier the votes of earlier rounds, the first one first
 * @param least how many must stay
 */
export function whoGoesOut(
  left: readonly string[],
  votes: Votes,
  earlier: readonly Votes[],
  least: number,
): Going {
  const last = extremes(left, votes, Math.min)
  const others = left.filter((id) => !last.includes(id))
  const ofLast = last.reduce((sum, id) => sum + (votes[id] ?? 0), 0)
  const next = Math.min(...others.map((id) => votes[id] ?? 0))
  if (last.length === 1) return { out: last, by: null, tied: [] }
  if (others.length >= Math.max(1, least) && ofLast < next) return { out: last, by: "together", tied: [] }
  const one = toldApart(last, earlier, Math.min)
  return one === null ? { out: [], by: null, tied: last } : { out: [one], by: "earlier round", tied: [] }
}

/** Of equals the one that had the fewest, or most, in the latest round that tells them apart; null where none does. */
export function toldApart(
  equals: readonly string[],
  earlier: readonly Votes[],
  extreme: (...counts: number[]) => number,
): string | null {
  let left = [...equals]
  for (const votes of earlier.toReversed()) left = extremes(left, votes, extreme)
  const [only, another] = left
  return only !== undefined && another === undefined ? only : null
}

export function extremes(
  ids: readonly string[],
  votes: Votes,
  extreme: (...counts: number[]) => number,
): string[] {
  const bound = extreme(...ids.map((id) => votes[id] ?? 0))
  return ids.filter((id) => (votes[id] ?? 0) === bound)
}

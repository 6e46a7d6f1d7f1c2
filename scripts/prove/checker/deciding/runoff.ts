/** Instant runoff: each ballot counts for its best option that is left, and who has the fewest goes out, until one has a majority. */

import type { Rankings, Winners } from "./decided"
import { type Going, type Votes, whoGoesOut } from "./going-out"

type Round = { votes: Votes; exhausted: number; out: string[]; by: Going["by"] }

export function byRunoff(ids: readonly string[], rankings: Rankings): Winners & { rounds: Round[] } {
  const rounds: Round[] = []
  let left = [...ids]
  for (;;) {
    const votes = votesFor(left, rankings)
    const counted = Object.values(votes).reduce((sum, count) => sum + count, 0)
    const exhausted = rankings.length - counted
    const end = (winners: string[], tied: string[] = []) => {
      return { rounds: [...rounds, { votes, exhausted, out: [], by: null }], winners, tied }
    }
    if (counted === 0) return end([], rounds.length > 0 ? left : [])
    const ahead = left.find((id) => left.length === 1 || 2 * (votes[id] ?? 0) > counted)
    if (ahead !== undefined) return end([ahead])
    const earlier = rounds.map((round) => round.votes)
    const { out, by, tied } = whoGoesOut(left, votes, earlier, 1)
    if (tied.length > 0) return end([], tied)
    rounds.push({ votes, exhausted, out, by })
    left = left.filter((id) => !out.includes(id))
  }
}

function votesFor(left: readonly string[], rankings: Rankings): Votes {
  const votes: Votes = Object.fromEntries(left.map((id) => [id, 0]))
  for (const ranking of rankings) {
    const best = ranking.find((id) => left.includes(id))
    if (best !== undefined) votes[best] = (votes[best] ?? 0) + 1
  }
  return votes
}

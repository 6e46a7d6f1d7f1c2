/** What makes a batch one of first votes alone, which a short statement counts (commit-first-votes.sql), and what they add up to. */

import type { Batch } from "./batch"

/** So many votes for this option, accepted in this second. */
type Movement = { poll: number; option: string; second: number; votes: number }

/** Whether each entry is a ballot for one option that nobody may have written twice, and none was replaced or is a dead letter. */
export function isOfFirstVotes(batch: Batch): boolean {
  const { kept, changing, deadLetters, marked, mayRepeat } = batch
  return kept.length > 0 && changing.length + deadLetters.length + marked.size === 0 && !mayRepeat
}

/** What such a batch adds to tallies and timeline. */
export function movementOf({ kept }: Pick<Batch, "kept">): Movement[] {
  const moved = new Map<string, Movement>()
  for (const { poll, option, position } of kept) {
    const second = Math.trunc(position.ms / 1_000)
    const key = `${poll} ${second} ${option}`
    const some = moved.get(key)
    if (some) some.votes++
    else moved.set(key, { poll, option, second, votes: 1 })
  }
  return [...moved.values()]
}

/** How many ballots of each poll it has, by the poll's number. */
export function ballotsByPoll({ kept }: Pick<Batch, "kept">): Map<number, number> {
  const ballots = new Map<number, number>()
  for (const { poll } of kept) ballots.set(poll, (ballots.get(poll) ?? 0) + 1)
  return ballots
}

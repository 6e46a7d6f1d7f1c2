/** How long a shard waits between two commits. */

/** While votes trickle in, a commit at most this often: no viewer sees a difference to less. */
const SHORTEST_MS = 15
/** However many come, nobody waits longer than this for the next commit to begin. */
const LONGEST_MS = 60
/**
 * By how much the wait grows with each ballot a millisecond. A commit of few ballots costs Postgres as much as one of some hundred, so
 * the more there are, the more wait for each other.
 */
const MS_PER_RATE = 12

/**
 * How long after a commit has ended the next may begin, at the earliest, in ms.
 * @param ballots of the last batch
 * @param sinceMs between the end of the commit before and that of this one
 */
export function commitIntervalMs(ballots: number, sinceMs: number): number {
  return Math.min(LONGEST_MS, SHORTEST_MS + (MS_PER_RATE * ballots) / Math.max(1, sinceMs))
}

/**
 * Counts once for good how many ballots of a final poll say the same, where its tally has only what they say of each option: for the file
 * of its ballots, which result gives away without a right to read any voter's.
 */

import { ABSTENTION, ballotFileOf, isByProfile } from "@tallyroom/lib/ballots/choice"
import { type Database, renewConnections } from "@tallyroom/lib/database"
import type { PlacedPoll } from "@tallyroom/lib/polls/rows"
import { finalWithout } from "./final-polls"
import type { PollBook } from "./poll-book"

/**
 * Counts the ballots of final polls of which nobody has done so yet, one poll after the other. One that can't be counted keeps no other one
 * from it.
 * @param openSlowly opens a connection of its own, whose statements may take as long as the votes of a large poll need
 * @param signal ends it, also in the midst of a poll, which then is not counted
 * @param settled polls, as they were read, whose ballots are counted: as for `storeOutcomes`
 * @returns the ids of those that were counted
 * @throws for the last one that could not be counted, once all others are
 */
export async function countFinalBallots(
  sql: Database,
  polls: PollBook,
  openSlowly: () => Database,
  signal: AbortSignal,
  settled = new WeakSet<PlacedPoll>(),
): Promise<string[]> {
  const due = polls.all().filter((poll) => isDue(poll) && !settled.has(poll))
  if (due.length === 0) return []
  const missing = await finalWithout(sql, "profiles", due)
  for (const poll of due) if (!missing.has(poll.number)) settled.add(poll)
  if (missing.size === 0 || signal.aborted) return []
  const slow = openSlowly()
  const cut = () => renewConnections(slow)
  signal.addEventListener("abort", cut)
  try {
    return await countEach(
      slow,
      due.filter(({ number }) => missing.has(number)),
      signal,
      settled,
    )
  } finally {
    signal.removeEventListener("abort", cut)
    await slow.end({ timeout: 0 })
  }
}

function isDue(poll: PlacedPoll): boolean {
  return poll.state === "final" && !poll.deleting && ballotFileOf(poll) === "cat" && !isByProfile(poll)
}

async function countEach(
  slow: Database,
  polls: readonly PlacedPoll[],
  signal: AbortSignal,
  settled: WeakSet<PlacedPoll>,
): Promise<string[]> {
  const counted: string[] = []
  const failures: unknown[] = []
  for (const poll of polls) {
    if (signal.aborted) return counted
    try {
      if (await countBallots(slow, poll)) counted.push(poll.id)
      settled.add(poll)
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0 && !signal.aborted) throw failures.at(-1)
  return counted
}

/** @returns whether it was this call that wrote it down */
async function countBallots(slow: Database, { number, salt }: PlacedPoll): Promise<boolean> {
  return slow.begin(async (transaction) => {
    // It has time, and leaves the other processors to those who vote in other polls.
    await transaction`SET LOCAL max_parallel_workers_per_gather = 0`
    // Where Postgres went back meanwhile, the number may be another poll's.
    const { count } = await transaction`
      INSERT INTO profiles (poll, profile)
      SELECT number, COALESCE((SELECT string_agg(option || ' ' || ballots, E'\n') FROM (
        SELECT option, count(*) AS ballots FROM votes WHERE poll = number AND option <> ${ABSTENTION} GROUP BY option
      ) AS alike), '')
      FROM polls WHERE number = ${number} AND salt = ${salt} AND state = 'final'
      ON CONFLICT DO NOTHING`
    // Deleted meanwhile, the poll may have been swept already.
    const gone = await transaction`
      DELETE FROM profiles WHERE poll = ${number} AND NOT EXISTS (SELECT FROM polls WHERE number = ${number} FOR KEY SHARE)`
    return count > gone.count
  })
}

/**
 * Counts once for good how many ballots of a final poll say the same, where its tally has only what they say of each option: for the file
 * of its ballots, which result gives away without a right to read any voter's.
 */

import { ABSTENTION, ballotFileOf, isByProfile } from "@tallyroom/lib/ballots/choice"
import type { Database } from "@tallyroom/lib/database"
import type { PlacedPoll } from "@tallyroom/lib/polls/rows"
import { numberArray } from "@tallyroom/lib/postgres-array"
import type { PollBook } from "./poll-book"

/**
 * Counts the ballots of final polls of which nobody has done so yet, one poll after the other.
 * @param openSlowly opens a connection of its own, whose statements may take as long as the votes of a large poll need
 * @param settled polls, as they were read, whose ballots are counted: as for `storeOutcomes`
 * @returns the ids of those that were counted
 */
export async function countFinalBallots(
  sql: Database,
  polls: PollBook,
  openSlowly: () => Database,
  settled = new WeakSet<PlacedPoll>(),
): Promise<string[]> {
  const due = polls.all().filter((poll) => isDue(poll) && !settled.has(poll))
  if (due.length === 0) return []
  const missing = await withoutProfile(sql, due)
  const counted = missing.size === 0 ? [] : await countSlowly(openSlowly(), due, missing)
  for (const poll of due) settled.add(poll)
  return counted
}

function isDue(poll: PlacedPoll): boolean {
  return poll.state === "final" && !poll.deleting && ballotFileOf(poll) === "cat" && !isByProfile(poll)
}

/** The numbers of those polls that are final, and whose ballots are not counted. */
async function withoutProfile(sql: Database, polls: readonly PlacedPoll[]): Promise<Set<number>> {
  const rows = await sql`
    SELECT number FROM polls
    WHERE number = ANY(${numberArray(polls.map(({ number }) => number))}::integer[]) AND state = 'final' AND deleting_at IS NULL
      AND NOT EXISTS (SELECT FROM profiles WHERE poll = number)`
  return new Set(rows.map(({ number }) => Number(number)))
}

async function countSlowly(
  slow: Database,
  polls: readonly PlacedPoll[],
  missing: ReadonlySet<number>,
): Promise<string[]> {
  const counted: string[] = []
  try {
    for (const poll of polls)
      if (missing.has(poll.number) && (await countBallots(slow, poll))) counted.push(poll.id)
  } finally {
    await slow.end({ timeout: 1 })
  }
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
    return count > 0
  })
}

/**
 * Stores for good what the whole ballots of a final poll decided. A poll becomes final first, and is decided afterwards from what can't
 * change any more. So whichever worker looks next does what another one left undone, and whichever does it writes the same.
 */

import type { Database } from "@tallyroom/lib/database"
import { type Decider, Undecided } from "@tallyroom/lib/outcome/decider"
import type { DecidedTally } from "@tallyroom/lib/outcome/read-outcome"
import type { PlacedPoll } from "@tallyroom/lib/polls/rows"
import { numberArray } from "@tallyroom/lib/postgres-array"
import type { PollBook } from "./poll-book"

/**
 * Decides the final polls that have no outcome yet. One that can't be decided keeps no other one from it.
 * @param settled polls, as they were read, whose outcome is stored. Of these Postgres is not asked again: once they are read anew, as when
 * it went back, they are others.
 * @returns the ids of those that were decided
 * @throws {Undecided} for the last one that could not be decided, once all others are
 */
export async function storeOutcomes(
  sql: Database,
  polls: PollBook,
  decider: Pick<Decider, "decide">,
  settled = new WeakSet<PlacedPoll>(),
): Promise<string[]> {
  const due = polls.finalByProfile().filter((poll) => !settled.has(poll))
  if (due.length === 0) return []
  const missing = await withoutOutcome(sql, due)
  const stored: string[] = []
  let undecided: Undecided | null = null
  for (const poll of due) {
    try {
      if (missing.has(poll.number)) {
        const decided = await decider.decide(poll.number)
        if (!decided) continue
        if (await storeOutcome(sql, decided)) stored.push(poll.id)
      }
      settled.add(poll)
    } catch (error) {
      if (!(error instanceof Undecided)) throw error
      undecided = error
    }
  }
  if (undecided) throw undecided
  return stored
}

/** The numbers of those polls that are final, and have no outcome. */
async function withoutOutcome(sql: Database, polls: readonly PlacedPoll[]): Promise<Set<number>> {
  const rows = await sql`
    SELECT number FROM polls
    WHERE number = ANY(${numberArray(polls.map(({ number }) => number))}::integer[]) AND state = 'final' AND deleting_at IS NULL
      AND NOT EXISTS (SELECT FROM outcomes WHERE poll = number)`
  return new Set(rows.map(({ number }) => Number(number)))
}

/** @returns whether it was this call that stored it */
async function storeOutcome(sql: Database, { tally: { poll }, outcome }: DecidedTally): Promise<boolean> {
  // Where Postgres went back meanwhile, the number may be another poll's.
  const { count } = await sql`
    INSERT INTO outcomes (poll, outcome)
    SELECT number, ${JSON.stringify(outcome)}::text::jsonb FROM polls
    WHERE number = ${poll.number} AND salt = ${poll.salt} AND state = 'final'
    ON CONFLICT DO NOTHING`
  return count > 0
}

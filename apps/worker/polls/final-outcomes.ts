/**
 * Stores for good what the rankings of a final poll decided. A poll becomes final first, and is decided afterwards from what can't
 * change any more. So whichever worker looks next does what another one left undone, and whichever does it writes the same.
 */

import type { Database } from "@tallyroom/lib/database"
import { type Decider, Undecided } from "@tallyroom/lib/outcome/decider"
import type { DecidedTally } from "@tallyroom/lib/outcome/read-outcome"
import type { PollBook } from "./poll-book"

/**
 * Decides the final polls that have no outcome yet. One that can't be decided keeps no other one from it.
 * @returns their ids
 * @throws {Undecided} for the last one that could not be decided, once all others are
 */
export async function storeOutcomes(
  sql: Database,
  polls: PollBook,
  decider: Pick<Decider, "decide">,
): Promise<string[]> {
  // Postgres is asked only where there may be any.
  if (!polls.hasFinalRanking()) return []
  const rows = await sql`
    SELECT number FROM polls
    WHERE state = 'final' AND deleting_at IS NULL AND ballot ->> 'method' = 'rank'
      AND NOT EXISTS (SELECT FROM outcomes WHERE poll = number)`
  const stored: string[] = []
  let undecided: Undecided | null = null
  for (const { number } of rows) {
    try {
      const decided = await decider.decide(Number(number))
      if (decided && (await storeOutcome(sql, decided))) stored.push(decided.tally.poll.id)
    } catch (error) {
      if (!(error instanceof Undecided)) throw error
      undecided = error
    }
  }
  if (undecided) throw undecided
  return stored
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

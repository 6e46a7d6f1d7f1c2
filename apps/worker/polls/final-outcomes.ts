/**
 * Stores for good what a final poll decided. A poll becomes final first, and is decided afterwards from what can't change any more. So
 * whichever worker looks next does what another one left undone, and whichever does it writes the same.
 */

import { isByProfile } from "@tallyroom/lib/ballots/choice"
import type { Database } from "@tallyroom/lib/database"
import type { Decider } from "@tallyroom/lib/outcome/decider"
import type { Outcome } from "@tallyroom/lib/outcome/outcome"
import { decideByTally, type TalliedOutcome } from "@tallyroom/lib/outcome/tallied"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { PlacedPoll } from "@tallyroom/lib/polls/rows"
import { readTallies } from "@tallyroom/lib/polls/tallies"
import { finalWithout } from "./final-polls"
import type { PollBook } from "./poll-book"

/**
 * Decides the final polls that have no outcome yet. One that can't be decided keeps no other one from it.
 * @param settled polls, as they were read, whose outcome is stored. Of these Postgres is not asked again: once they are read anew, as when
 * it went back, they are others.
 * @returns the ids of those that were decided
 * @throws for the last one that could not be decided, once all others are
 */
export async function storeOutcomes(
  sql: Database,
  polls: PollBook,
  decider: Pick<Decider, "decide">,
  settled = new WeakSet<PlacedPoll>(),
): Promise<string[]> {
  const due = polls.final().filter((poll) => !settled.has(poll))
  if (due.length === 0) return []
  const missing = await finalWithout(sql, "outcomes", due)
  const stored: string[] = []
  const failures: unknown[] = []
  for (const poll of due) {
    try {
      if (missing.has(poll.number)) {
        const decided = await decide(sql, poll, decider)
        if (!decided) continue
        if (await storeOutcome(sql, decided)) stored.push(poll.id)
      }
      settled.add(poll)
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures.at(-1)
  return stored
}

type Decided = { poll: Poll; outcome: Outcome | TalliedOutcome }

/** @returns null where the poll is gone @throws {Undecided} */
async function decide(
  sql: Database,
  poll: PlacedPoll,
  decider: Pick<Decider, "decide">,
): Promise<Decided | null> {
  if (isByProfile(poll)) {
    const decided = await decider.decide(poll.number)
    return decided && { poll: decided.tally.poll, outcome: decided.outcome }
  }
  const [tally] = await readTallies(sql, [poll.number])
  const outcome = tally && decideByTally(tally)
  return outcome ? { poll: tally.poll, outcome } : null
}

/** @returns whether it was this call that stored it */
async function storeOutcome(sql: Database, { poll, outcome }: Decided): Promise<boolean> {
  // Where Postgres went back meanwhile, the number may be another poll's.
  const { count } = await sql`
    INSERT INTO outcomes (poll, outcome)
    SELECT number, ${JSON.stringify(outcome)}::text::jsonb FROM polls
    WHERE number = ${poll.number} AND salt = ${poll.salt} AND state = 'final'
    ON CONFLICT DO NOTHING`
  return count > 0
}

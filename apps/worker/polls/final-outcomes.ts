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
import { numberArray, textArray } from "@tallyroom/lib/postgres-array"
import { finalWithout } from "./final-polls"
import type { PollBook } from "./poll-book"

/** How many polls are decided by their tallies in one go. */
const POLLS_AT_ONCE = 200

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
  for (const poll of due) if (!missing.has(poll.number)) settled.add(poll)
  const left = due.filter(({ number }) => missing.has(number))
  const stored: string[] = []
  const failures: unknown[] = []
  const store = async (some: readonly PlacedPoll[]) => {
    const decided = await decideAll(sql, some, decider)
    stored.push(...(await storeAll(sql, decided)))
    const numbers = new Set(decided.map(({ poll }) => poll.number))
    for (const poll of some) if (numbers.has(poll.number)) settled.add(poll)
  }
  for (const some of lots(left)) {
    try {
      await store(some)
    } catch (error) {
      if (some.length === 1) failures.push(error)
      else for (const poll of some) await store([poll]).catch((alone) => failures.push(alone))
    }
  }
  if (failures.length > 0) throw failures.at(-1)
  return stored
}

/** Those that whole ballots decide one by one, as each may take long; the others together. */
function lots(polls: readonly PlacedPoll[]): PlacedPoll[][] {
  const byTally = polls.filter((poll) => !isByProfile(poll))
  const count = Math.ceil(byTally.length / POLLS_AT_ONCE)
  const together = Array.from({ length: count }, (_, i) =>
    byTally.slice(i * POLLS_AT_ONCE, (i + 1) * POLLS_AT_ONCE),
  )
  return [...together, ...polls.filter(isByProfile).map((poll) => [poll])]
}

type Decided = { poll: Poll; outcome: Outcome | TalliedOutcome }

/** @returns those of the polls that are still there @throws {Undecided} */
async function decideAll(
  sql: Database,
  polls: readonly PlacedPoll[],
  decider: Pick<Decider, "decide">,
): Promise<Decided[]> {
  const decided: Decided[] = []
  for (const { number } of polls.filter(isByProfile)) {
    const one = await decider.decide(number)
    if (one) decided.push({ poll: one.tally.poll, outcome: one.outcome })
  }
  const byTally = polls.filter((poll) => !isByProfile(poll)).map(({ number }) => number)
  for (const tally of byTally.length > 0 ? await readTallies(sql, byTally) : []) {
    const outcome = decideByTally(tally)
    if (outcome) decided.push({ poll: tally.poll, outcome })
  }
  return decided
}

/** @returns the ids of those that it was this call that stored */
async function storeAll(sql: Database, decided: readonly Decided[]): Promise<string[]> {
  if (decided.length === 0) return []
  // Where Postgres went back meanwhile, a number may be another poll's.
  const rows = await sql`
    WITH stored AS (
      INSERT INTO outcomes (poll, outcome)
      SELECT number, outcome::jsonb
      FROM polls JOIN unnest(${numberArray(decided.map(({ poll }) => poll.number))}::integer[],
        ${textArray(decided.map(({ poll }) => poll.salt))}::text[],
        ${textArray(decided.map(({ outcome }) => JSON.stringify(outcome)))}::text[]) AS decided(number, salt, outcome) USING (number, salt)
      WHERE state = 'final' ORDER BY number
      ON CONFLICT DO NOTHING RETURNING poll
    )
    SELECT id FROM stored JOIN polls ON number = poll`
  return rows.map(({ id }) => String(id))
}

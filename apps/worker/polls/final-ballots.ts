/**
 * Counts once for good how many ballots of a final poll say the same, and writes the file of its ballots: result gives it away without a
 * right to read any voter's, and without counting anything for who downloads it.
 */

import { ABSTENTION, ballotFileOf, isByProfile } from "@tallyroom/lib/ballots/choice"
import { type Database, renewConnections } from "@tallyroom/lib/database"
import { preflibLine, type Totals } from "@tallyroom/lib/outcome/preflib"
import type { PlacedPoll } from "@tallyroom/lib/polls/rows"
import type { Queries } from "@tallyroom/lib/postgres/rights"
import { finalWithout } from "./final-polls"
import type { PollBook } from "./poll-book"

/** Counting goes on between these: making their lines takes this process a few milliseconds. */
const TEXTS_A_STEP = 1_000
/** What result keeps for each who downloads slowly. */
const PART_CHARACTERS = 65_536

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
  const missing = await finalWithout(sql, "ballot_files", due)
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
  return poll.state === "final" && !poll.deleting && ballotFileOf(poll) !== null
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
      if (await writeFile(slow, poll)) counted.push(poll.id)
      settled.add(poll)
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0 && !signal.aborted) throw failures.at(-1)
  return counted
}

/** @returns whether it was this call that wrote it */
async function writeFile(slow: Database, poll: PlacedPoll): Promise<boolean> {
  const { number, salt } = poll
  return slow.begin(async (transaction) => {
    // Where Postgres went back meanwhile, the number may be another poll's.
    const there =
      await transaction`SELECT FROM polls WHERE number = ${number} AND salt = ${salt} AND state = 'final'`
    if (there.count === 0) return false
    let next = 0
    for await (const part of partsOf(poll, textsIn(transaction, poll))) {
      const { count } = await transaction`
        INSERT INTO ballot_files (poll, part, lines, texts, ballots)
        VALUES (${number}, ${next++}, ${part.lines}, ${part.texts}, ${part.ballots}) ON CONFLICT DO NOTHING`
      // Another worker has written all of it.
      if (count === 0) return false
    }
    // Deleted meanwhile, the poll may have been swept already.
    const gone = await transaction`
      DELETE FROM ballot_files WHERE poll = ${number} AND NOT EXISTS (SELECT FROM polls WHERE number = ${number} FOR KEY SHARE)`
    return gone.count === 0
  })
}

type Alike = { text: string; ballots: number }

/** What the ballots of a poll say, the most frequent text first; equals in the order of their texts, so that the file is the same each time. */
async function* textsIn(transaction: Queries, poll: PlacedPoll): AsyncGenerator<Alike[]> {
  // It has time, and leaves the other processors to those who vote in other polls.
  await transaction`SET LOCAL max_parallel_workers_per_gather = 0`
  // All rows are wanted, and not the first ones soon.
  await transaction`SET LOCAL cursor_tuple_fraction = 1`
  const alike = isByProfile(poll)
    ? transaction`SELECT mark AS text, sum(votes)::bigint AS ballots FROM marks WHERE poll = ${poll.number} AND whole GROUP BY mark HAVING sum(votes) > 0`
    : transaction`SELECT option AS text, count(*) AS ballots FROM votes WHERE poll = ${poll.number} AND option <> ${ABSTENTION} GROUP BY option`
  await transaction`DECLARE alike NO SCROLL CURSOR FOR SELECT * FROM (${alike}) AS alike ORDER BY ballots DESC, text COLLATE "C"`
  for (let rows = TEXTS_A_STEP; rows === TEXTS_A_STEP; ) {
    const step = await transaction<Alike[]>`FETCH ${transaction.unsafe(`${TEXTS_A_STEP}`)} FROM alike`
    rows = step.length
    yield step
  }
  await transaction`CLOSE alike`
}

type Part = Totals & { lines: string }

/** At least one, which may be empty. */
async function* partsOf(poll: PlacedPoll, steps: AsyncIterable<Alike[]>): AsyncGenerator<Part> {
  const lineOf = preflibLine(poll)
  let part: Part = { lines: "", texts: 0, ballots: 0 }
  for await (const step of steps) {
    for (const { text, ballots } of step) {
      if (part.lines.length >= PART_CHARACTERS) {
        yield part
        part = { lines: "", texts: 0, ballots: 0 }
      }
      part.lines += lineOf(text, ballots)
      part.texts++
      part.ballots += ballots
    }
  }
  yield part
}

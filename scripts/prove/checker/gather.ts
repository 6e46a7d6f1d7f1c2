/** Brings together what the rules judge by: the record of a run and Postgres as it is after the run. */

import type { RecordLine } from "../record/record"
import { readBooksAnew } from "./books-anew"
import type { Evidence, PollEvidence, PollRow } from "./evidence"
import { settleFates } from "./fates"
import { RecordIndex } from "./record-index"
import { recordLines } from "./record-lines"
import { countSetbacks, readBallots, readLate, readOutcomes, readPolls, readStored } from "./stored"

export type GivenRecord = AsyncIterable<RecordLine> | string

/** @param record its lines, or the path of its file */
export async function gatherEvidence(record: GivenRecord, databaseUrl: string): Promise<Evidence> {
  // Postgres is not kept waiting while the record is read.
  const index = new RecordIndex(await readStored(databaseUrl, readPolls))
  for await (const line of typeof record === "string" ? recordLines(record) : record) index.add(line)
  index.end()
  const { evidence } = index
  return readStored(databaseUrl, async (sql) => {
    const [late, rows, outcomes] = [await readLate(sql), await readPolls(sql), await readOutcomes(sql)]
    for (const poll of evidence.polls.values()) {
      forgetIfGone(poll, rows)
      await readBallots(sql, poll)
      poll.outcome = outcomes.get(poll.row?.number ?? 0) ?? null
      settleFates(poll, evidence, late)
    }
    return { ...evidence, books: await readBooksAnew(sql), setbacks: await countSetbacks(sql) }
  })
}

/** A poll that is being deleted may go while the record is read: nothing is told of its ballots then. */
function forgetIfGone(poll: PollEvidence, rows: Map<string, PollRow>): void {
  if (rows.get(poll.made.poll)?.number === poll.row?.number) return
  poll.row = null
  poll.voters.clear()
}

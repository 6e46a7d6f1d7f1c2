/** The files of the ballots of final polls, as workers write them. */

import { openDatabase } from "@tallyroom/lib/database"
import { countFinalBallots } from "../../apps/worker/polls/final-ballots"
import { PollBook } from "../../apps/worker/polls/poll-book"
import { quiet } from "../../scripts/services/apps/worker-in-process"
import type { OwnStores } from "../../scripts/services/stores/own-stores"

/** Writes those that are not written yet. @returns the ids of their polls */
export async function writeBallotFiles({ database }: OwnStores): Promise<string[]> {
  const open = () => openDatabase(database.workerUrl, { name: "test", connections: 1, answerMs: 60_000 })
  const sql = open()
  try {
    const polls = new PollBook(sql, quiet)
    await polls.refresh()
    return await countFinalBallots(sql, polls, open, new AbortController().signal)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

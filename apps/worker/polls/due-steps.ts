/** Takes every step of a poll's life that is due. Postgres is asked only when some poll may need it. */

import type { Database } from "@tallyroom/lib/database"
import type { Log } from "@tallyroom/lib/process/logging"
import { deleteTombstoned } from "./deletion"
import type { PollBook } from "./poll-book"
import { closeDue, finalise, openDue } from "./poll-steps"

export async function takeDueSteps(sql: Database, polls: PollBook, log: Log): Promise<void> {
  if (polls.needsDeleting()) {
    for (const poll of await deleteTombstoned(sql)) log.info({ poll }, "deleted")
  }
  if (!polls.needsStep()) return
  for (const poll of await openDue(sql)) log.info({ poll }, "opened: its time has come")
  for (const poll of await closeDue(sql)) log.info({ poll }, "closed: its time is over")
  for (const poll of await finalise(sql)) log.info({ poll }, "final: everything accepted is counted")
}

/** Makes the database ready for this worker: its schema, what the first start fixes, and the first polls. */

import type { Database } from "@tallyroom/lib/database"
import type { InboxKind } from "@tallyroom/lib/inbox/brokers"
import { assertFit } from "@tallyroom/lib/postgres/fitness"
import { connectProblem, MissingRights, tablesProblem, WORKER_RIGHTS } from "@tallyroom/lib/postgres/rights"
import type { Log } from "@tallyroom/lib/process/logging"
import { RESULT_ROLE } from "../credentials/database-roles"
import { ensureClassicPoll, ensureFinalAfter, ensureInbox, ensurePetsPoll, ensureShards } from "./first-start"
import { migrate } from "./migrate"

export type FirstStart = {
  inbox: InboxKind
  shards: number
  labels: { a: string; b: string }
  /** Seconds for which a closed poll does not become final. */
  finalAfter: number
  /** Whether to prepare the poll of the pets contract. */
  pets: boolean
}

/**
 * Any number of workers may do this at once, and again.
 * @throws {SettingFixed} when the inbox's kind or the number of shards contradicts the data
 * @throws {UnfitDatabase} when this database can't be used
 * @throws {MissingRights} when this worker's role may not do it
 */
export async function prepareDatabase(
  sql: Database,
  { inbox, shards, labels, finalAfter, pets }: FirstStart,
  log: Log,
): Promise<void> {
  await assertFit(sql).catch((error) => {
    const problem = connectProblem(sql, error)
    throw problem === null ? error : new MissingRights(problem, { cause: error })
  })
  const { applied, revoked, newer } = await migrate(sql)
  if (applied.length > 0) log.info({ migrations: applied }, "migrated")
  if (revoked.length > 0)
    log.warn({ tables: revoked }, `${RESULT_ROLE} could read tables of other programs, and may not any more`)
  if (newer.length > 0)
    log.warn({ migrations: newer }, "a newer version made the schema, and lets this one run")
  const problem = await tablesProblem(sql, WORKER_RIGHTS)
  if (problem !== null) throw new MissingRights(problem)
  await ensureInbox(sql, inbox)
  await ensureShards(sql, shards)
  await ensureFinalAfter(sql, finalAfter)
  await ensureClassicPoll(sql, labels)
  if (pets) await ensurePetsPoll(sql)
}

/** Whether a commit of this connection is on the disk of Postgres when it is acknowledged. */
export async function waitsForDisk(sql: Database): Promise<boolean> {
  const [row] = await sql`SHOW synchronous_commit`
  return row?.synchronous_commit !== "off"
}

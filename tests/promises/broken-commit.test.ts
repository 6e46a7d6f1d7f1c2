/** A batch whose commit Postgres goes on with although the worker's connection broke: nobody waits for its answer any more. */

import { beforeAll, describe, expect, test } from "bun:test"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { auditPolls } from "../../apps/worker/audit/audit"
import { type AppProcess, startWorkerProcess } from "../../scripts/services/apps/start-apps"
import { waitFor } from "../../scripts/services/wait"
import { useStores } from "../harness/stores"
import { type Booth, openBooth, openPoll, voter } from "../harness/tallyroom"
import { startTcpProxy, type TcpProxy } from "../harness/tcp-proxy"

/** While the test holds this advisory lock, Postgres writes no vote. */
const HELD = 14

const stores = useStores()
let sql: Database
let booth: Booth
let toPostgres: TcpProxy
let worker: AppProcess

beforeAll(async () => {
  const { database, defer } = stores()
  sql = openDatabase(database.adminUrl, { name: "test", connections: 3 })
  defer(() => sql.end({ timeout: 1 }))
  toPostgres = await startTcpProxy(stores(), database.workerUrl)
  worker = await startWorkerProcess(stores(), { DATABASE_URL: toPostgres.urlOf(database.workerUrl) })
  await worker.app.waitReady()
  booth = await openBooth(stores())
  await sql`UPDATE room SET final_after = 0`
  await sql.unsafe(`
    CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_advisory_xact_lock_shared(${HELD}); RETURN NEW; END $$;
    CREATE TRIGGER hold BEFORE INSERT ON votes FOR EACH ROW EXECUTE FUNCTION hold()`)
})

/** Whether a statement of this database waits for a lock. */
async function isWaiting(text: string): Promise<boolean> {
  const rows = await sql`
    SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE ${`%${text}%`}`
  return rows.length > 0
}

const isFinal = async (poll: string) =>
  (await sql`SELECT FROM polls WHERE id = ${poll} AND state = 'final'`).length > 0

const isBookedAsLost = async (poll: string) =>
  (await sql`SELECT FROM books JOIN polls ON number = poll WHERE id = ${poll} AND lost > 0`).length > 0

async function votesOf(poll: string): Promise<number> {
  const [row] = await sql`
    SELECT count(*)::integer AS votes FROM votes JOIN polls ON number = poll WHERE id = ${poll}`
  return row?.votes
}

/**
 * Breaks the worker's connections while Postgres writes a batch of the poll, wipes Redis, and has Postgres go on with the batch
 * once the worker waits for it, or what must not be came true.
 * @param meanwhile is done after the connections broke
 * @returns what Postgres had when it went on
 */
async function breakCommit(
  poll: string,
  isWrong: (poll: string) => Promise<boolean>,
  meanwhile: () => Promise<unknown> = async () => {},
) {
  await openPoll(sql, booth.redis, poll)
  return sql.begin(async (holding) => {
    await holding`SELECT pg_advisory_xact_lock(${HELD})`
    await booth.cast(poll, voter("v"), "a")
    await waitFor("the batch to be written", () => isWaiting("Counts one batch"))
    await waitFor("the worker to have seen that it was accepted", async () => {
      const [row] = await sql`SELECT accepted FROM acceptances JOIN polls ON number = poll WHERE id = ${poll}`
      return Number(row?.accepted) === 1
    })
    toPostgres.cut()
    await meanwhile()
    await booth.redis.flushall()
    await waitFor(
      "the worker to wait, or to go wrong",
      async () => (await isWrong(poll)) || (await isWaiting("UPDATE shards SET epoch")),
    )
    return { isFinal: await isFinal(poll), votes: await votesOf(poll) }
  })
}

describe("a batch that Postgres still writes when its connection breaks and Redis is wiped", () => {
  test("is counted, and none of it is booked as lost", async () => {
    await breakCommit("broken", isBookedAsLost)
    await waitFor("the batch to be counted", async () => (await votesOf("broken")) === 1)
    await waitFor("the worker to be ready", async () => (await fetch(`${worker.managementUrl}/readyz`)).ok)
    const books = (await auditPolls(sql, booth.redis)).find(({ poll }) => poll === "broken")
    expect(books).toMatchObject({ accepted: 1, counted: 1, lost: 0, faults: [] })
  })

  test("is in the final tally", async () => {
    const close = () => sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id = 'ending'`
    const before = await breakCommit("ending", isFinal, close)
    expect(before).toEqual({ isFinal: false, votes: 0 })
    await waitFor("the poll to be final", () => isFinal("ending"))
    expect(await votesOf("ending")).toBe(1)
  })
})

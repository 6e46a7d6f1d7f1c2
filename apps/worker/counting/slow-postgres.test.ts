import { expect, test } from "bun:test"
import type { Database } from "@tallyroom/lib/database"
import { startWorker } from "../../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../../scripts/services/wait"
import { becomes } from "../../../tests/harness/becomes"
import { useStores } from "../../../tests/harness/stores"
import { openBooth, voter } from "../../../tests/harness/tallyroom"
import { startTcpProxy } from "../../../tests/harness/tcp-proxy"

const BALLOTS = 300

const stores = useStores()

type Hurry = {
  /** How long Postgres takes for each vote. */
  voteMs: number
  /** After so long it gives a statement up. */
  givesUpMs?: number
  /** After so long it gives up waiting for a lock. */
  locksMs?: number
  /** How many ballots wait. */
  count?: number
}

/** A worker with ballots waiting for it, at a slow Postgres. */
async function startHurried({ voteMs, givesUpMs = 10_000, locksMs = 5_000, count = BALLOTS }: Hurry) {
  const { database } = stores()
  const link = await startTcpProxy(stores(), database.workerUrl)
  const first = await startWorker(stores(), 1)
  await first.ready()
  const booth = await openBooth(stores(), 1)
  await first.worker.stop()
  await first.sql.unsafe(`CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN PERFORM pg_sleep(${voteMs / 1_000}); RETURN NEW; END'`)
  await first.sql`CREATE OR REPLACE TRIGGER slow BEFORE INSERT ON votes FOR EACH ROW EXECUTE FUNCTION slow()`
  await noteCommits(first.sql)
  const cast = async () => {
    for (const end = ballots + count; ballots < end; ballots++)
      expect((await booth.cast("cats-vs-dogs", voter(`v${ballots}`), "a")).kind).toBe("accepted")
  }
  await cast()
  const workerUrl = `${link.urlOf(database.workerUrl)}?statement_timeout=${givesUpMs}&lock_timeout=${locksMs}`
  const hurried = { ...database, workerUrl }
  const second = await startWorker({ ...stores(), database: hurried }, 1)
  return { first, second, link }
}

let ballots = 0
/** Even the first, small batch takes too long. */
const tooSlow = { voteMs: 4, givesUpMs: 300 }

/** Has Postgres note the commits that were begun, and those that were done: what was given up stays in a sequence alone. */
async function noteCommits(sql: Database): Promise<void> {
  await sql.unsafe(`
    DROP SEQUENCE IF EXISTS begun; CREATE SEQUENCE begun; DROP TABLE IF EXISTS done; CREATE TABLE done (n bigint);
    CREATE OR REPLACE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO done VALUES (nextval('begun')); RETURN NULL; END $$;
    CREATE OR REPLACE TRIGGER note BEFORE INSERT ON votes FOR EACH STATEMENT EXECUTE FUNCTION note()`)
}

async function booksOf(sql: Database) {
  const [row] = await sql`
    SELECT COALESCE(sum(counted), 0)::integer AS counted, (SELECT count(*)::integer FROM votes) AS votes FROM books`
  return { ...row }
}

test("a batch for which Postgres takes too long is counted in parts", async () => {
  const { second } = await startHurried(tooSlow)
  await becomes(() => booksOf(second.sql), { counted: ballots, votes: ballots })
  await second.stop()
})

test("a worker that is stopped ends after the part at hand, and the next one counts the others", async () => {
  const before = ballots
  const { first, second } = await startHurried(tooSlow)
  const votes = async () => Number((await booksOf(first.sql)).votes)
  await waitFor("a part to be counted", async () => (await votes()) > before)
  await second.stop()
  expect(await votes()).toBeLessThan(ballots)
  const third = await startWorker(stores(), 1)
  await becomes(() => booksOf(first.sql), { counted: ballots, votes: ballots })
  await third.stop()
})

test("a worker that takes a shard over from one with a slow Postgres gives it no batch that takes too long", async () => {
  const { first, second } = await startHurried({ voteMs: 4, givesUpMs: 900 })
  await becomes(() => booksOf(first.sql), { counted: ballots, votes: ballots })
  const [row] = await first.sql`
    SELECT (SELECT last_value::integer FROM begun) - (SELECT count(*)::integer FROM done) AS given_up`
  expect(row?.given_up).toBe(0)
  await second.stop()
})

test("a worker whose connection broke says that Postgres still writes its batch, and counts nothing meanwhile", async () => {
  const { first, second, link } = await startHurried({ voteMs: 2_000, locksMs: 200, count: 1 })
  const isWriting = async () => {
    const rows = await first.sql`
      SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`
    return rows.length > 0
  }
  await waitFor("the batch to be written", isWriting)
  link.cut()
  const said = "Postgres still writes an earlier batch"
  await waitFor("readiness to say it", () => second.worker.readiness()["shard 0"] === said)
  expect(await booksOf(first.sql)).toEqual({ counted: ballots - 1, votes: ballots - 1 })
  await becomes(() => booksOf(first.sql), { counted: ballots, votes: ballots })
  await second.ready()
  await second.stop()
})

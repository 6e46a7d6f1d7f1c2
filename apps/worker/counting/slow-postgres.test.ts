import { expect, test } from "bun:test"
import type { Database } from "@tallyroom/lib/database"
import { startWorker } from "../../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../../scripts/services/wait"
import { becomes } from "../../../tests/harness/becomes"
import { useStores } from "../../../tests/harness/stores"
import { openBooth, voter } from "../../../tests/harness/tallyroom"

const BALLOTS = 800

const stores = useStores()

/** A worker with a batch waiting for it, at a Postgres that gives up after 300 ms and takes 1 ms a vote. */
async function startHurried() {
  const { database } = stores()
  const first = await startWorker(stores(), 1)
  await first.ready()
  const booth = await openBooth(stores(), 1)
  await first.worker.stop()
  await first.sql`CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN PERFORM pg_sleep(0.001); RETURN NEW; END'`
  await first.sql`CREATE OR REPLACE TRIGGER slow BEFORE INSERT ON votes FOR EACH ROW EXECUTE FUNCTION slow()`
  const cast = async () => {
    for (const end = ballots + BALLOTS; ballots < end; ballots++)
      expect((await booth.cast("cats-vs-dogs", voter(`v${ballots}`), "a")).kind).toBe("accepted")
  }
  await cast()
  const hurried = { ...database, workerUrl: `${database.workerUrl}?statement_timeout=300` }
  const second = await startWorker({ ...stores(), database: hurried }, 1)
  return { first, second }
}

let ballots = 0

async function booksOf(sql: Database) {
  const [row] = await sql`
    SELECT COALESCE(sum(counted), 0)::integer AS counted, (SELECT count(*)::integer FROM votes) AS votes FROM books`
  return { ...row }
}

test("a batch for which Postgres takes too long is counted in parts", async () => {
  const { second } = await startHurried()
  await becomes(() => booksOf(second.sql), { counted: ballots, votes: ballots })
  await second.stop()
})

test("a worker that is stopped ends after the part at hand, and the next one counts the others", async () => {
  const before = ballots
  const { first, second } = await startHurried()
  const votes = async () => Number((await booksOf(first.sql)).votes)
  await waitFor("a part to be counted", async () => (await votes()) > before)
  await second.stop()
  expect(await votes()).toBeLessThan(ballots)
  const third = await startWorker(stores(), 1)
  await becomes(() => booksOf(first.sql), { counted: ballots, votes: ballots })
  await third.stop()
})

import { expect, test } from "bun:test"
import { startWorker } from "../../../scripts/services/apps/worker-in-process"
import { becomes } from "../../../tests/harness/becomes"
import { useStores } from "../../../tests/harness/stores"
import { openBooth, voter } from "../../../tests/harness/tallyroom"

const BALLOTS = 800

const stores = useStores()

test("a batch for which Postgres takes too long is counted in parts", async () => {
  const { database } = stores()
  const first = await startWorker(stores(), 1)
  await first.ready()
  const booth = await openBooth(stores(), 1)
  await first.worker.stop()
  await first.sql`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN PERFORM pg_sleep(0.001); RETURN NEW; END'`
  await first.sql`CREATE TRIGGER slow BEFORE INSERT ON votes FOR EACH ROW EXECUTE FUNCTION slow()`
  for (let i = 0; i < BALLOTS; i++)
    expect((await booth.cast("cats-vs-dogs", voter(`v${i}`), "a")).kind).toBe("accepted")
  const hurried = { ...database, workerUrl: `${database.workerUrl}?statement_timeout=300` }
  const second = await startWorker({ ...stores(), database: hurried }, 1)
  const books = async () => {
    const [row] = await second.sql`
      SELECT COALESCE(sum(counted), 0)::integer AS counted, (SELECT count(*)::integer FROM votes) AS votes FROM books`
    return { ...row }
  }
  await becomes(books, { counted: BALLOTS, votes: BALLOTS })
})

/** A Postgres that is slow, as on a crowded disk, and lives. */

import { beforeAll, expect, test } from "bun:test"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { readHealth } from "../../apps/result/admin/health/health"
import { startWorkerProcess } from "../../scripts/services/apps/start-apps"
import { SHARDS } from "../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../scripts/services/wait"
import { useStores } from "../harness/stores"
import { openBooth, openPoll, voter } from "../harness/tallyroom"

/** A commit writes votes in two parts, so it takes longer than a lease, and than what is asked each second may wait for its answer. */
const STATEMENT_S = 2.75
const BALLOTS = 40

const stores = useStores()
let sql: Database

beforeAll(() => {
  sql = openDatabase(stores().database.adminUrl, { name: "test", connections: 2 })
  stores().defer(() => sql.end({ timeout: 1 }))
})

test("a worker whose commits take long keeps its connections, and says that it lives", async () => {
  const lines: string[] = []
  const worker = await startWorkerProcess(stores(), {}, { onLine: (line) => lines.push(line) })
  await worker.app.waitReady()
  const booth = await openBooth(stores())
  await openPoll(sql, booth.redis, "slow")
  await sql.unsafe(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN PERFORM pg_sleep(${STATEMENT_S}); RETURN NULL; END'`)
  await sql`CREATE TRIGGER slow AFTER INSERT ON votes FOR EACH STATEMENT EXECUTE FUNCTION slow()`
  for (let i = 0; i < BALLOTS; i++) await booth.cast("slow", voter(`v${i}`), "a")
  await waitFor("every shard's commit to run", async () => {
    const [row] = await sql`
      SELECT count(*)::integer AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`
    return row?.n === SHARDS
  })
  const longest = { unseen: 0, unheld: 0 }
  await waitFor(
    "all ballots to be counted",
    async () => {
      const [row] = await sql`SELECT COALESCE(sum(votes), 0)::integer AS n FROM tallies`
      const [seen] = await sql`SELECT extract(epoch FROM now() - max(seen_at))::float8 AS ago FROM workers`
      longest.unseen = Math.max(longest.unseen, Number(seen?.ago))
      const { shards } = await readHealth(sql)
      longest.unheld = Math.max(longest.unheld, shards.filter(({ holder }) => holder === null).length)
      return row?.n === BALLOTS
    },
    20_000,
  )
  expect(lines.filter((line) => line.includes("left a statement without an answer"))).toEqual([])
  expect(longest.unseen).toBeLessThan(3)
  // The control room does not say that nobody counts.
  expect(longest.unheld).toBe(0)
}, 60_000)

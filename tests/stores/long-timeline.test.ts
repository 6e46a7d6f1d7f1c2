/** A poll of 50 options that took votes all day long, counted by a version that never rolled its timeline up. */

import { expect, test } from "bun:test"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { ADMIN, definition, openTables, startResultApp } from "../../apps/result/testing/result"
import { addVotes, receiptOf } from "../../apps/result/testing/votes"
import { SHARDS, startWorker } from "../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { useStores } from "../harness/stores"

const stores = useStores()
const OPTIONS = 50
/** Half of two million rows. The results of twelve (17 hours) were 503; it takes ten times as long to roll those up. */
const SECONDS = Number(process.env.TIMELINE_SECONDS ?? 5_000)
const TIMEOUT_MS = 600_000

test(
  "a timeline of millions of rows keeps nothing else from being read, and is rolled up bit by bit",
  async () => {
    const sql = await openTables(stores())
    const reader = openDatabase(stores().database.resultUrl, {
      ...{ name: "test-long", connections: 4, answerMs: 25_000, statementMs: 4_000 },
    })
    const app = await startResultApp(stores(), { sql: reader })
    const options = Array.from({ length: OPTIONS }, (_, i) => ({ id: `o${i}`, label: `Option ${i}` }))
    await app.send("POST", "/api/polls", definition("long", { options }))
    await addVotes(sql, "long", "o0", 1)
    await sql`INSERT INTO timeline (poll, shard, second, option, votes)
      SELECT number, shard, extract(epoch FROM now())::bigint - ${SECONDS + 100} + second, 'o' || option, 1
      FROM polls, generate_series(0, ${SHARDS - 1}::integer) AS shard, generate_series(1, ${SECONDS}::integer) AS second,
        generate_series(0, ${OPTIONS - 1}::integer) AS option WHERE id = 'long'`

    const receipt = await receiptOf(sql, "long", Date.now())
    const [, csv, told] = await Promise.all([
      app.get("/api/polls/long/results"),
      app.get("/api/polls/long/results.csv"),
      app.get(`/api/polls/long/receipts/${receipt}`),
    ])
    expect([csv.status, told.status]).toEqual([200, 200])
    await becomes(() => readingTimelines(sql), 0)

    await startWorker(stores())
    const raw = async () => {
      const [row] = await sql`SELECT count(*)::integer AS rows FROM timeline WHERE shard >= 0`
      return row?.rows <= 2 * OPTIONS * SHARDS
    }
    await waitFor("the worker to roll it up", raw, TIMEOUT_MS / 2)
    const [after] = await sql`
      SELECT count(*)::integer AS rows, sum(votes)::integer AS votes FROM timeline JOIN polls ON poll = number WHERE id = 'long'`
    expect(after?.votes).toBe(OPTIONS * SHARDS * SECONDS + 1)
    expect(after?.rows).toBeLessThan(OPTIONS * (2 * 241 + 2 * SHARDS))
    await sql`VACUUM timeline`
    const { timeline } = await (await app.get("/api/polls/long/results", ADMIN)).json()
    expect(timeline.points.length).toBeLessThanOrEqual(241)
    expect(timeline.points.at(-1)[1].o7).toBe(SHARDS * SECONDS)
  },
  TIMEOUT_MS,
)

/** Statements of result's role that Postgres is still at. */
async function readingTimelines(sql: Database): Promise<number> {
  const rows = await sql`
    SELECT FROM pg_stat_activity WHERE usename = 'tallyroom_result' AND state = 'active' AND datname = current_database()`
  return rows.length
}

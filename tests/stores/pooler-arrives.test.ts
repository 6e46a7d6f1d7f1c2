/** A pooler that comes between while connections live: some of them still lead to Postgres itself, and new ones do not. */

import { expect, test } from "bun:test"
import { openDatabase } from "@tallyroom/lib/database"
import { waitFor } from "../../scripts/services/wait"
import { startPgBouncer } from "../harness/pgbouncer"
import { useStores } from "../harness/stores"
import { startTcpProxy } from "../harness/tcp-proxy"

/** Else PgBouncer refuses the new connections, and all of the pool's are made anew. */
const IGNORED =
  "synchronous_commit,statement_timeout,lock_timeout,tcp_keepalives_idle,tcp_keepalives_interval"
const ROUNDS = 3
const ROUND_MS = 4_000
const CONNECTIONS = 4

const stores = useStores()

test("has every answer reach its statement, and whatever is acknowledged stored", async () => {
  const { workerUrl } = stores().database
  const pooler = await startPgBouncer(stores(), {
    mode: "transaction",
    poolSize: 3,
    ignored: `${IGNORED},tcp_keepalives_count,tcp_user_timeout,extra_float_digits`,
  })
  const open = (url: string, connections: number) => {
    const sql = openDatabase(url, { name: "test", connections, answerMs: 6_000 })
    stores().defer(() => sql.end({ timeout: 0 }))
    return sql
  }
  const plain = open(workerUrl, 1)
  await plain`CREATE TABLE marks (n integer PRIMARY KEY)`
  const other = open(pooler.urlOf(workerUrl), CONNECTIONS)

  for (let round = 0; round < ROUNDS; round++) {
    const proxy = await startTcpProxy(stores(), workerUrl)
    const sql = open(proxy.urlOf(workerUrl), CONNECTIONS)
    await Promise.all(Array.from({ length: CONNECTIONS }, () => sql`SELECT pg_sleep(0.3)`))
    await waitFor("a prepared statement", async () => {
      const [row] = await sql`SELECT count(*)::integer AS n FROM pg_prepared_statements`
      return row?.n > 0
    })
    proxy.leadTo(pooler.urlOf(workerUrl))
    proxy.cut(CONNECTIONS / 2)

    const end = performance.now() + ROUND_MS
    const faults = new Set<string>()
    const acknowledged: number[] = []
    const repeat = async (step: (turn: number) => Promise<void>) => {
      for (let turn = 0; performance.now() < end; turn++) {
        await step(turn).catch((error) => faults.add(String(error.code ?? error)))
        await Bun.sleep(3)
      }
    }
    const marking = (worker: number) =>
      repeat(async (turn) => {
        const n = (round * 100 + worker) * 100_000 + turn
        const text = "WITH mark AS (INSERT INTO marks VALUES ($1::integer) RETURNING n) SELECT n FROM mark"
        const rows = await sql.unsafe(text, [n], { prepare: true })
        if (rows[0]?.n === n) acknowledged.push(n)
        else faults.add("the answer of another statement")
      })
    const reading = () =>
      repeat(async (turn) => {
        const rows = await sql`SELECT ${turn}::integer AS turn, pg_sleep(0.002)`
        if (rows[0]?.turn !== turn) faults.add("the answer of another statement")
      })
    const beginning = () =>
      repeat(async () => {
        await sql.begin(async (transaction) => transaction`SELECT 1`)
      })
    const crowding = () => repeat(async () => void (await other`SELECT pg_sleep(0.002)`))
    await Promise.all([
      ...Array.from({ length: 10 }, (_, worker) => marking(worker)),
      ...[beginning(), beginning(), reading(), reading(), crowding(), crowding(), crowding()],
    ])
    const rows = await plain`SELECT n FROM marks`
    const stored = new Set(rows.map(({ n }) => n))
    expect(acknowledged.length).toBeGreaterThan(0)
    expect(acknowledged.filter((n) => !stored.has(n))).toEqual([])
    // Two connections were cut, which a statement that was on its way is told.
    expect([...faults].filter((fault) => !/^(CONNECTION_|ECONN)/.test(fault))).toEqual([])
    await sql.end({ timeout: 0 })
  }
}, 60_000)

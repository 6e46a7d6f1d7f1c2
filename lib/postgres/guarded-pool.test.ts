// Runs alone: it measures tenths of a second.

import { beforeAll, expect, test } from "bun:test"
import { useStores } from "../../tests/harness/stores"
import { startTcpProxy, type TcpProxy } from "../../tests/harness/tcp-proxy"
import { type Database, isDatabaseAway, isTimedOut, openDatabase, patiently } from "../database"

const ANSWER_MS = 600

const stores = useStores()
let proxy: TcpProxy
let sql: Database
let renewed = 0

beforeAll(async () => {
  proxy = await startTcpProxy(stores(), stores().database.workerUrl)
  sql = openDatabase(proxy.urlOf(stores().database.workerUrl), {
    name: "guarded",
    connections: 2,
    answerMs: ANSWER_MS,
    onSilent: () => renewed++,
  })
  stores().defer(() => sql.end({ timeout: 1 }))
})

const failure = (statement: Promise<unknown>) =>
  statement.then(
    () => "succeeded",
    (error) => error,
  )

async function backend(): Promise<number> {
  const [row] = await sql`SELECT pg_backend_pid() AS pid`
  return row?.pid
}

/** What is left without an answer fails as if Postgres was away, and the next statement is answered. */
async function expectMended(silent: Promise<unknown>): Promise<void> {
  const before = renewed
  expect(isDatabaseAway(await failure(silent))).toBe(true)
  expect(await sql`SELECT 1 AS one`).toMatchObject([{ one: 1 }])
  expect(renewed).toBe(before + 1)
}

test("a statement over a silent link fails, and the next one takes another connection", async () => {
  await backend()
  proxy.silence()
  await expectMended(backend())
})

test("so does a transaction, in its midst and at its end", async () => {
  await expectMended(
    sql.begin(async (transaction) => {
      await transaction`SELECT 1`
      proxy.silence()
      await transaction`SELECT 2`
    }),
  )
  await expectMended(
    sql.begin(async (transaction) => {
      await transaction`SELECT 1`
      proxy.silence()
    }),
  )
})

test("rows that are read portion by portion may take long altogether, but not one portion", async () => {
  const read = (onPortion: () => unknown) =>
    sql.begin(async (transaction) => {
      await transaction`SET LOCAL statement_timeout = 0`
      let rows = 0
      for await (const portion of transaction`SELECT generate_series(1, 20)`.cursor(5)) {
        rows += portion.length
        await onPortion()
      }
      return rows
    })
  expect(await read(() => Bun.sleep(ANSWER_MS / 3))).toBe(20)
  await expectMended(read(() => proxy.silence()))
})

test("a statement that takes too long, or waits for a lock, is refused by Postgres, and the connection stays", async () => {
  const before = renewed
  const pid = await backend()
  expect(isTimedOut(await failure(sql`SELECT pg_sleep(5)`))).toBe(true)
  await sql`CREATE TABLE locked (n integer)`
  await sql.begin(async (transaction) => {
    await transaction`LOCK TABLE locked`
    expect(await failure(sql`SELECT FROM locked`)).toMatchObject({ code: "55P03" })
  })
  expect(await sql`SELECT pid FROM pg_stat_activity WHERE pid = ${pid}`).toHaveLength(1)
  expect(renewed).toBe(before)
})

test("a statement that waits for its turn has all its time left when it is sent", async () => {
  const before = renewed
  // Together they take longer than a statement may, and each a fraction of that.
  const turns = Array.from({ length: 16 }, () => sql`SELECT pg_sleep(${ANSWER_MS / 5_000})`)
  const begun = sql.begin((transaction) => transaction`SELECT 1`)
  expect(await Promise.all([...turns, begun])).toHaveLength(17)
  expect(renewed).toBe(before)
})

test("what may take long is given the time, unless Postgres leaves others without an answer", async () => {
  const long = patiently(sql, (patient) =>
    patient.begin(async (transaction) => {
      await transaction`SET LOCAL statement_timeout = 0`
      await transaction`SELECT pg_sleep(${(ANSWER_MS * 1.5) / 1_000})`
      return "done"
    }),
  )
  expect(await long).toBe("done")
  await expectMended(
    patiently(sql, (patient) =>
      patient.begin(async (transaction) => {
        await transaction`SELECT 1`
        proxy.silence()
        await transaction`SELECT 2`
      }),
    ),
  )
})

test("work that ends after its connection was lost is owed no answer", async () => {
  const before = renewed
  const over = Promise.withResolvers<void>()
  const lost = sql.begin(async (transaction) => {
    await transaction`SELECT 1`
    proxy.cut()
    await over.promise
  })
  expect(isDatabaseAway(await failure(lost))).toBe(true)
  over.resolve()
  await Bun.sleep(ANSWER_MS * 1.5)
  expect(renewed).toBe(before)
})

import { expect, test } from "bun:test"
import { useStores } from "../../tests/harness/stores"
import { startTcpProxy } from "../../tests/harness/tcp-proxy"
import { type Database, isDatabaseAway, openDatabase } from "../database"

const stores = useStores()

/** A pool of one connection, and what loses that. */
async function openLosable(answerMs?: number): Promise<{ sql: Database; lose: () => void }> {
  const { database, defer } = stores()
  const proxy = await startTcpProxy(stores(), database.workerUrl)
  const sql = openDatabase(proxy.urlOf(database.workerUrl), {
    ...{ name: "test", connections: 1, ...(answerMs && { answerMs }) },
  })
  defer(() => sql.end({ timeout: 1 }))
  return { sql, lose: () => proxy.cut() }
}

const failure = (begun: Promise<unknown>) =>
  begun.then(
    () => "succeeded",
    (error) => error,
  )

test.each([[5_000], [undefined]])(
  "a transaction fails with its connection, and the next statement has another at once (deadline: %p)",
  async (answerMs) => {
    const { sql, lose } = await openLosable(answerMs)
    const atWork = sql.begin(async (transaction) => {
      await transaction`SELECT 1`
      setImmediate(lose)
      await transaction`SELECT pg_sleep(5)`
    })
    expect(isDatabaseAway(await failure(atWork))).toBe(true)
    expect(await sql`SELECT 1 AS one`).toMatchObject([{ one: 1 }])
    const gone = Promise.withResolvers<void>()
    const between = sql.begin(async (transaction) => {
      await transaction`SELECT 1`
      lose()
      await gone.promise
    })
    expect(isDatabaseAway(await failure(between))).toBe(true)
    gone.resolve()
    expect(await sql`SELECT 1 AS one`).toMatchObject([{ one: 1 }])
  },
)

test("work that goes on after its connection was lost changes nothing in the transaction that has the next one", async () => {
  const { sql, lose } = await openLosable()
  await sql`CREATE TABLE kept (who text)`
  stores().defer(() => sql`DROP TABLE kept`)
  const next = Promise.withResolvers<void>()
  const late = Promise.withResolvers<unknown>()
  const lost = sql.begin(async (transaction) => {
    await transaction`SELECT 1`
    lose()
    await next.promise
    late.resolve(await failure(transaction`INSERT INTO kept VALUES ('late')`))
  })
  expect(isDatabaseAway(await failure(lost))).toBe(true)
  const undone = sql.begin(async (transaction) => {
    await transaction`INSERT INTO kept VALUES ('undone')`
    next.resolve()
    expect(isDatabaseAway(await late.promise)).toBe(true)
    // By now a COMMIT of the other's would have been sent before it.
    await transaction`SELECT 1`
    throw new Error("undo")
  })
  expect(await failure(undone)).toEqual(new Error("undo"))
  expect(await sql`SELECT who FROM kept`).toHaveLength(0)
})

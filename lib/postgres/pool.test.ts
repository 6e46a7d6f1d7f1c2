import { expect, test } from "bun:test"
import { type AddressInfo, connect, createServer } from "node:net"
import { waitFor } from "../../scripts/services/wait"
import { useStores } from "../../tests/harness/stores"
import { isDatabaseAway, openDatabase } from "../database"

const stores = useStores()

function open(parameters = "", connections = 1) {
  const url = stores().database.workerUrl + parameters
  const sql = openDatabase(url, { ...{ name: "test", connections, answerMs: 5_000 } })
  stores().defer(() => sql.end({ timeout: 1 }))
  return sql
}

test.each([[5_000], [undefined]])(
  "a COMMIT that is answered with ROLLBACK is a failure (deadline: %p)",
  async (answerMs) => {
    const { database, defer } = stores()
    // Postgres answers ABORT with the tag ROLLBACK, as it does a COMMIT that a pooler sent to a broken transaction.
    const undoing = createServer((client) => {
      const upstream = connect({ host: "127.0.0.1", port: Number(new URL(database.workerUrl).port) })
      upstream.on("error", () => client.destroy()).pipe(client)
      client.on("error", () => upstream.destroy())
      client.on("data", (sent) => {
        upstream.write(Buffer.from(sent.toString("latin1").replace(/(?<!_)commit\0/, "abort \0"), "latin1"))
      })
    })
    await new Promise<void>((listening) => undoing.listen(0, "127.0.0.1", listening))
    defer(() => undoing.close())
    const url = new URL(database.workerUrl)
    url.port = String((undoing.address() as AddressInfo).port)
    const sql = openDatabase(url.toString(), {
      ...{ name: "test", connections: 1, ...(answerMs && { answerMs }) },
    })
    defer(() => sql.end({ timeout: 1 }))
    for (const turn of [1, 2]) {
      const failure = await sql.begin((transaction) => transaction`SELECT ${turn}`).catch((error) => error)
      expect(String(failure.message)).toContain("answered COMMIT with ROLLBACK")
      expect(isDatabaseAway(failure)).toBe(true)
    }
  },
)

test("what is written and read is so whatever role and database prefer", async () => {
  const { database, postgres } = stores()
  const admin = openDatabase(database.adminUrl, { name: "admin", connections: 1 })
  stores().defer(() => admin.end({ timeout: 1 }))
  const [{ name } = { name: "" }] = await admin`SELECT current_database() AS name`
  for (const setting of [
    "DateStyle = 'German, DMY'",
    "TimeZone = 'Asia/Kathmandu'",
    "client_encoding = 'LATIN1'",
  ])
    await admin.unsafe(`ALTER DATABASE ${name} SET ${setting}`)
  await admin.unsafe(`ALTER DATABASE ${name} SET standard_conforming_strings = off`)
  const sql = open()
  const [row] = await sql`SELECT timestamptz '2026-11-28T12:34:56.789Z' AS at, 'ü€\n' AS text, 'a\\b' AS raw`
  expect(row).toEqual({ at: new Date("2026-11-28T12:34:56.789Z"), text: "ü€\n", raw: "a\\b" })
  expect(postgres.port).toBeGreaterThan(0)
})

test("a server without TLS says so where the address asks for it", async () => {
  const failure = await open("?sslmode=require")`SELECT 1`.catch((error) => error)
  expect(failure.message).toContain("has no TLS")
  expect(isDatabaseAway(failure)).toBe(true)
  expect(await open("?sslmode=prefer")`SELECT 1 AS one`).toMatchObject([{ one: 1 }])
})

test("of several hosts the one that takes writes is used, and none that will do is told", async () => {
  const { host, pathname, username, password } = new URL(stores().database.workerUrl)
  const at = (hosts: string) => {
    const sql = openDatabase(`postgres://${username}:${password}@${hosts}${pathname}`, {
      ...{ name: "test", connections: 3, answerMs: 5_000 },
    })
    stores().defer(() => sql.end({ timeout: 1 }))
    return sql
  }
  const sql = at(`127.0.0.1:1,${host}`)
  expect(await Promise.all([sql`SELECT 1 AS one`, sql`SELECT 1 AS one`])).toHaveLength(2)
  const failure = await at("127.0.0.1:1,127.0.0.1:2")`SELECT 1`.catch((error) => error)
  expect(failure.message).toContain("none of the hosts can be used (127.0.0.1: ")
})

test("statements are prepared where no pooler is between", async () => {
  const sql = open()
  const prepared = async () => {
    await sql`SELECT ${1}::integer AS one`
    const [row] = await sql`SELECT count(*)::integer AS n FROM pg_prepared_statements`
    return row?.n > 0
  }
  await waitFor("them to be prepared", prepared)
})

test("Postgres ends a statement for which nobody waits, long before its connection would be given up", async () => {
  const { database, defer } = stores()
  const sql = openDatabase(database.resultUrl, {
    ...{ name: "test", connections: 1, answerMs: 25_000, statementMs: 50 },
  })
  defer(() => sql.end({ timeout: 1 }))
  expect((await sql`SELECT pg_sleep(20)`.catch((error) => error)).code).toBe("57014")
})

test("what is planned once is so at its first execution, and finds its rows by keys in a table that is still empty", async () => {
  const { database, defer } = stores()
  const sql = openDatabase(database.workerUrl, {
    ...{ name: "test", connections: 1, answerMs: 5_000, isPlannedOnce: true },
  })
  defer(() => sql.end({ timeout: 1 }))
  await sql`CREATE TABLE kept (voter integer PRIMARY KEY)`
  defer(() => sql`DROP TABLE kept`)
  await sql`ANALYZE kept`
  const look = () => sql`SELECT voter FROM kept WHERE voter = ${1}::integer`
  const planned = async () => {
    await look()
    const [row] = await sql`
      SELECT generic_plans::integer AS once, custom_plans::integer AS anew FROM pg_prepared_statements
      WHERE statement LIKE 'SELECT voter FROM kept%'`
    return row
  }
  await waitFor("it to be prepared", async () => (await planned()) !== undefined)
  expect(await planned()).toMatchObject({ once: expect.any(Number), anew: 0 })
  const plan = await sql`EXPLAIN SELECT voter FROM kept WHERE voter = ${1}::integer`
  expect(JSON.stringify(plan)).toContain("Index")
})

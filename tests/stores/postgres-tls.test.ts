/** Postgres over TLS, with an authority of the test's own and certificates of clients. */

import { beforeAll, expect, test } from "bun:test"
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { isDatabaseAway, openDatabase } from "@tallyroom/lib/database"
import { readAddress } from "@tallyroom/lib/postgres/address"
import { openPool } from "@tallyroom/lib/postgres/pool"
import {
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import type { DatabaseUrls } from "../../scripts/services/stores/databases"
import { assertPostgresAnswers } from "../../scripts/services/stores/external-stores"
import { type Postgres, startPostgres } from "../../scripts/services/stores/postgres"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { type Authority, type Certificate, makeAuthority } from "../harness/certificates"
import { makePollAt } from "../harness/control-room"
import { useStores } from "../harness/stores"
import { startTcpProxy } from "../harness/tcp-proxy"

const stores = useStores()
let authority: Authority
let other: Authority
let client: Certificate
let postgres: Postgres
let database: DatabaseUrls

beforeAll(async () => {
  const { defer } = stores()
  authority = await makeAuthority(defer)
  other = await makeAuthority(defer)
  client = await authority.sign("client")
  const server = await authority.sign("server", "DNS:localhost")
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-tls-"))
  defer(() => rmSync(dir, { recursive: true, force: true }))
  chmodSync(dir, 0o755)
  const access = join(dir, "hba.conf")
  writeFileSync(
    access,
    [
      "host all postgres all scram-sha-256",
      "hostssl all tallyroom_worker all scram-sha-256",
      "hostssl all tallyroom_result all scram-sha-256 clientcert=verify-ca",
    ].join("\n"),
  )
  const tls = { ssl: "on", ssl_cert_file: server.cert, ssl_key_file: server.key, ssl_ca_file: authority.ca }
  postgres = await startPostgres({ dir: join(dir, "data"), settings: { ...tls, hba_file: access } })
  defer(() => postgres.stop())
  database = await postgres.database("tallyroom")
}, 120_000)

/** Whether the connection is encrypted, or why there is none. */
async function attempt(
  url: string,
  parameters: Record<string, string>,
  host = "localhost",
): Promise<unknown> {
  const address = new URL(url)
  address.hostname = host
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value)
  const sql = openDatabase(address.toString(), { name: "test", connections: 1 })
  try {
    const [row] = await sql`SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`
    return row?.ssl
  } catch (error) {
    return (error as { code?: unknown }).code
  } finally {
    await sql.end({ timeout: 0 })
  }
}

test("a server's certificate is verified as far as sslmode says, against sslrootcert", async () => {
  const as = (parameters: Record<string, string>, host?: string) =>
    attempt(database.workerUrl, parameters, host)
  expect(await as({})).toBe("28000")
  expect(await as({ sslmode: "prefer" })).toBe(true)
  expect(await as({ sslmode: "require", channel_binding: "require" })).toBe(true)
  expect(await as({ sslrootcert: authority.ca })).toBe(true)
  expect(await as({ sslmode: "verify-full", sslrootcert: authority.ca })).toBe(true)
  expect(await as({ sslmode: "verify-full", sslrootcert: authority.ca }, "127.0.0.1")).toBe(
    "ERR_TLS_CERT_ALTNAME_INVALID",
  )
  expect(await as({ sslmode: "verify-ca", sslrootcert: authority.ca }, "127.0.0.1")).toBe(true)
  for (const sslmode of ["require", "verify-ca", "verify-full"])
    expect(String(await as({ sslmode, sslrootcert: other.ca }))).toMatch(/SIGNED|ISSUER|VERIFY/)
  expect(String(await as({ sslmode: "verify-full" }))).toMatch(/SIGNED|ISSUER|VERIFY/)
})

test("a lost connection is forgotten, so that statements are prepared again over the next one", async () => {
  const url = new URL(database.workerUrl)
  url.hostname = "localhost"
  url.searchParams.set("sslrootcert", authority.ca)
  const { sql, destroy } = openPool(readAddress(url.toString()), { max: 2, fetch_types: false })
  const admin = openDatabase(database.adminUrl, { name: "test-admin", connections: 1 })
  try {
    for (let losses = 0; losses < 3; losses++) {
      await Promise.all([sql`SELECT pg_sleep(0.1)`, sql`SELECT pg_sleep(0.1)`])
      await becomes(() => sql.options.prepare, true)
      await admin`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = ${url.username}`
    }
  } finally {
    destroy()
    await admin.end({ timeout: 0 })
  }
})

test("a transaction fails with its connection, and the next statement has another at once", async () => {
  const proxy = await startTcpProxy(stores(), database.workerUrl)
  const sql = openDatabase(`${proxy.urlOf(database.workerUrl)}?sslmode=require`, {
    ...{ name: "test", connections: 1 },
  })
  try {
    for (const isAtWork of [true, false]) {
      const over = Promise.withResolvers<void>()
      const lost = sql.begin(async (transaction) => {
        await transaction`SELECT 1`
        setImmediate(() => proxy.cut())
        await (isAtWork ? transaction`SELECT pg_sleep(5)` : over.promise)
      })
      expect(isDatabaseAway(await lost.catch((error) => error))).toBe(true)
      over.resolve()
      expect(await sql`SELECT 1 AS one`).toMatchObject([{ one: 1 }])
    }
  } finally {
    await sql.end({ timeout: 0 })
  }
})

test("the demo says what to set for a server that is not trusted, or wants TLS", async () => {
  const at = (query: string) => {
    const url = new URL(database.workerUrl)
    return assertPostgresAnswers(`postgres://${url.username}:${url.password}@localhost:${url.port}/${query}`)
  }
  await expect(at("tallyroom")).rejects.toThrow(
    "Write sslmode=require or sslmode=verify-full into its address",
  )
  await expect(at("tallyroom?sslmode=verify-full")).rejects.toThrow("Set sslrootcert in its address")
})

test("a client shows its certificate where the server asks for one", async () => {
  const { cert: sslcert, key: sslkey } = client
  const files = { sslmode: "verify-full", sslrootcert: authority.ca }
  expect(await attempt(database.resultUrl, files)).toBe("28000")
  expect(await attempt(database.resultUrl, { ...files, sslcert, sslkey })).toBe(true)
})

test("worker and result work over it", async () => {
  const at = (url: string, more = "") => {
    const address = new URL(url)
    address.hostname = "localhost"
    return `${address}?sslmode=verify-full&channel_binding=require&sslrootcert=${authority.ca}${more}`
  }
  const worker = await startWorkerProcess(stores(), { DATABASE_URL: at(database.workerUrl) })
  await worker.app.waitReady()
  const result = await startResultProcess(stores(), {
    DATABASE_URL: at(database.resultUrl, `&sslcert=${client.cert}&sslkey=${client.key}`),
  })
  const vote = await startVoteProcess(stores())
  await makePollAt(result.url, { id: "sealed" })
  const cast = () =>
    fetch(`${vote.url}/api/polls/sealed/votes`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ option: "a" }),
    })
  await waitFor("a vote to be taken", async () => (await cast()).ok)
  await waitFor("it to be shown", async () => {
    const answer = await fetch(`${result.url}/api/polls/sealed/results`)
    return (await answer.json()).total === 1
  })
  for (const { app } of [worker, result, vote]) await app.stop(5_000)
})

/** Postgres as others run it: an older one, other settings, another encoding, behind HAProxy. */

import { describe, expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { openDatabase } from "@tallyroom/lib/database"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import {
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import type { DatabaseUrls } from "../../scripts/services/stores/databases"
import { startPostgres } from "../../scripts/services/stores/postgres"
import { ensureTool } from "../../scripts/services/tools/tools"
import { waitFor } from "../../scripts/services/wait"
import { makePollAt } from "../harness/control-room"
import { startHaproxy } from "../harness/haproxy"
import { useStores } from "../harness/stores"

const stores = useStores()

function admin(url: string) {
  const sql = openDatabase(url, { name: "admin", connections: 1 })
  stores().defer(() => sql.end({ timeout: 1 }))
  return sql
}

/** It belongs to the database of the test before. */
async function emptyRedis(): Promise<void> {
  const redis = openRedis(stores().redis.adminUrl)
  await waitFor("Redis", () => redis.flushall().catch(() => false as const))
  redis.disconnect()
}

/** A poll opens at its time, takes a vote and shows it. */
async function expectToWork(
  id: string,
  { workerUrl, resultUrl }: Pick<DatabaseUrls, "workerUrl" | "resultUrl">,
) {
  await emptyRedis()
  const worker = await startWorkerProcess(stores(), { DATABASE_URL: workerUrl })
  await worker.app.waitReady()
  const result = await startResultProcess(stores(), { DATABASE_URL: resultUrl })
  const vote = await startVoteProcess(stores())
  const opensAt = new Date(Date.now() + 1_500)
  const opens = { state: "draft", opensAt: opensAt.toISOString() }
  await makePollAt(result.url, { id, ...opens, closesAt: new Date(Date.now() + 3_600_000).toISOString() })
  const cast = () =>
    fetch(`${vote.url}/api/polls/${id}/votes`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ option: "a" }),
    })
  expect((await cast()).ok).toBe(false)
  await waitFor("a vote to be taken", async () => (await cast()).ok)
  const results = () => fetch(`${result.url}/api/polls/${id}/results`)
  await waitFor("it to be shown", async () => (await (await results()).json()).total === 1)
  const page = await fetch(`${result.url}/polls/${id}`)
  expect(page.status).toBe(200)
  for (const { app } of [worker, result, vote]) await app.stop(5_000)
}

test("Postgres 15 works", async () => {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-15-"))
  const postgres = await ensureTool("postgres-15")
  const server = await startPostgres({
    dir: join(dir, "data"),
    programs: { postgres, initdb: join(dirname(postgres), "initdb") },
  })
  stores().defer(() => rmSync(dir, { recursive: true, force: true }))
  stores().defer(() => server.stop())
  const database = await server.database("fifteen")
  const [row] = await admin(
    database.adminUrl,
  )`SELECT current_setting('server_version_num')::integer AS version`
  expect(Math.floor(row?.version / 10_000)).toBe(15)
  await expectToWork("fifteen", database)
}, 120_000)

test.each([["German, DMY"], ["SQL, MDY"], ["Postgres, DMY"]])(
  "DateStyle %p of the database changes nothing",
  async (style) => {
    const name = `style_${style.slice(0, 3).toLowerCase()}`
    const database = await stores().postgres.database(`${name}_${crypto.randomUUID().slice(0, 8)}`)
    const sql = admin(database.adminUrl)
    const [row] = await sql`SELECT current_database() AS name`
    for (const setting of [
      `DateStyle = '${style}'`,
      "TimeZone = 'Asia/Kathmandu'",
      "standard_conforming_strings = off",
    ])
      await sql.unsafe(`ALTER DATABASE ${row?.name} SET ${setting}`)
    await stores().redis.kill9()
    await stores().redis.start()
    await expectToWork(name.replace("_", "-"), database)
  },
)

describe("a database that can't be used", () => {
  async function latin(): Promise<DatabaseUrls> {
    const { postgres } = stores()
    const name = `latin_${crypto.randomUUID().slice(0, 8)}`
    await admin(postgres.adminUrl).unsafe(
      `CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`,
    )
    const urls = await postgres.database(name)
    await admin(postgres.adminUrl).unsafe(`ALTER DATABASE ${name} OWNER TO tallyroom_worker`)
    return urls
  }

  test("ends a worker with a sentence, for its encoding", async () => {
    const said: string[] = []
    const { workerUrl } = await latin()
    const onLine = (line: string) => void said.push(line)
    const { app } = await startWorkerProcess(stores(), { DATABASE_URL: workerUrl }, { onLine })
    expect(await app.exited).toBe(1)
    expect(said.join("\n")).toContain("has the encoding LATIN1")
  })

  test("keeps result from being ready, and the log says why", async () => {
    const said: string[] = []
    const { resultUrl } = await latin()
    const onLine = (line: string) => void said.push(line)
    // It is never ready.
    void startResultProcess(stores(), { DATABASE_URL: resultUrl }, { onLine }).catch(() => {})
    await waitFor("the log to tell", () => said.join("\n").includes("has the encoding LATIN1"))
  })

  test("is waited for, and named, where search_path leads to no schema", async () => {
    const said: string[] = []
    const { workerUrl } = await stores().postgres.database(`path_${crypto.randomUUID().slice(0, 8)}`)
    const DATABASE_URL = `${workerUrl}?search_path=nowhere`
    const onLine = (line: string) => void said.push(line)
    const { app } = await startWorkerProcess(stores(), { DATABASE_URL }, { onLine })
    await waitFor("the log to tell", () => said.some((line) => line.includes("search_path")), 10_000)
    await app.stop(5_000)
  })
})

test("an address that can't be read ends worker and result with exit code 2 and a sentence", async () => {
  const said: string[] = []
  const onLine = (line: string) => void said.push(line)
  const { app } = await startWorkerProcess(
    stores(),
    { DATABASE_URL: "postgres://u:p@h/d?colour=red" },
    { onLine },
  )
  expect(await app.exited).toBe(2)
  expect(said.join("\n")).toContain('DATABASE_URL is wrong: has the unknown parameter "colour"')
})

test("a proxy that cuts idle connections is in nobody's way", async () => {
  const { database } = stores()
  const fresh = await stores().postgres.database(`cut_${crypto.randomUUID().slice(0, 8)}`)
  const IDLE_MS = 1_500
  expect(database.workerUrl).not.toBe(fresh.workerUrl)
  const [workerUrl, resultUrl] = [
    await startHaproxy(stores(), fresh.workerUrl, IDLE_MS),
    await startHaproxy(stores(), fresh.resultUrl, IDLE_MS),
  ]
  const sql = openDatabase(workerUrl, { name: "cut", connections: 1, answerMs: 10_000 })
  stores().defer(() => sql.end({ timeout: 1 }))
  const backend = async () => (await sql`SELECT pg_backend_pid() AS pid`)[0]?.pid
  const first = await backend()
  const watcher = admin(fresh.adminUrl)
  const isThere = async () => (await watcher`SELECT FROM pg_stat_activity WHERE pid = ${first}`).length > 0
  await waitFor("it to be cut", async () => !(await isThere()))
  expect(await backend()).not.toBe(first)
  await expectToWork("cut", { workerUrl, resultUrl })
})

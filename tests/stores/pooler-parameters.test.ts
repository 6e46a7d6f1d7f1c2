/** What a pooler refuses or drops of a session's parameters, and what is said of it. */

import { beforeAll, describe, expect, test } from "bun:test"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import {
  type AppProcess,
  startResultProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { outputOf } from "../../scripts/services/processes/output-of"
import { waitFor } from "../../scripts/services/wait"
import { type PgBouncer, startPgBouncer } from "../harness/pgbouncer"
import { outputOfScript } from "../harness/scripts"
import { useStores } from "../harness/stores"

const IGNORED =
  "statement_timeout,lock_timeout,synchronous_commit,tcp_keepalives_idle,tcp_keepalives_interval,tcp_keepalives_count,search_path,options"

const stores = useStores()
let sql: Database
let plain: PgBouncer
let dropping: PgBouncer

beforeAll(async () => {
  sql = openDatabase(stores().database.workerUrl, { name: "test", connections: 1 })
  stores().defer(() => sql.end({ timeout: 1 }))
  plain = await startPgBouncer(stores(), { mode: "transaction" })
  dropping = await startDropping()
})

const startDropping = () => startPgBouncer(stores(), { mode: "transaction", ignored: IGNORED })
const withParameter = (url: string, parameter: string) => `${url}?${parameter}`

describe.each([
  ["refuses", () => plain, "search_path=mine"],
  ["drops", () => dropping, "search_path=mine"],
  ["drops, given as an option,", () => dropping, "options=-c%20search_path%3Dmine"],
])("a search_path that the pooler %s", (_, pooler, parameter) => {
  test("ends the worker's start with what to run, and nothing is made elsewhere", async () => {
    const said: string[] = []
    const DATABASE_URL = withParameter(pooler().urlOf(stores().database.workerUrl), parameter)
    await startWorkerProcess(stores(), { DATABASE_URL }, { onLine: (line) => void said.push(line) })
    await waitFor("the log to tell", () => said.some((line) => line.includes("SET search_path = mine")))
    expect(await sql`SELECT to_regclass('public.polls') AS made`).toMatchObject([{ made: null }])
  })
})

test("so says the log of result", async () => {
  const DATABASE_URL = withParameter(plain.urlOf(stores().database.resultUrl), "search_path=mine")
  const DATABASE_LISTEN_URL = stores().database.resultUrl
  const said: string[] = []
  // It is never ready.
  void startResultProcess(
    stores(),
    { DATABASE_URL, DATABASE_LISTEN_URL },
    { onLine: (line) => void said.push(line) },
  ).catch(() => {})
  await waitFor("the log to tell", () => said.some((line) => line.includes("SET search_path = mine")))
})

test("so do audit and export", async () => {
  const env = {
    DATABASE_URL: withParameter(plain.urlOf(stores().database.resultUrl), "search_path=mine"),
    ...{ REDIS_URL: stores().redis.workerUrl, INBOX_URL: "" },
  }
  for (const script of ["audit", "export"]) {
    const { code, err } = await outputOfScript(`scripts/data/${script}.ts`, [], env)
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/ SET search_path = mine; then RECONNECT in PgBouncer/),
    ])
  }
  const { PATH = "" } = process.env
  const inImage = Bun.spawn([process.execPath, "apps/worker/main.ts", "audit"], {
    ...{ env: { ...env, PATH }, stdout: "pipe", stderr: "pipe" },
  })
  const { code, err } = await outputOf(inImage)
  expect([code, err]).toEqual([
    2,
    expect.stringMatching(/ SET search_path = mine; then RECONNECT in PgBouncer/),
  ])
})

test("a worker says in one line what the pooler refused, and fails nothing for it", async () => {
  const { worker, said } = await startedBehind(plain)
  expect(said.filter((line) => line.includes("connected without it"))).toHaveLength(1)
  expect(said.filter((line) => line.includes("trying again") || line.includes("works again"))).toEqual([])
  await worker.app.stop(5_000)
})

test("where synchronous_commit is dropped and the role has it off, the warning names all that mends it", async () => {
  await sql.unsafe(
    "DO $$ BEGIN EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET synchronous_commit = off', current_database()); END $$",
  )
  // Sessions of before would still have it on.
  const { worker, said } = await startedBehind(await startDropping())
  expect(said.filter((line) => line.includes("RECONNECT"))).toHaveLength(1)
  await worker.app.stop(5_000)
})

test("a pooler by statements is named in the worker's readiness and log, with what to set", async () => {
  const { urlOf } = await startPgBouncer(stores(), { mode: "statement" })
  const said: string[] = []
  const worker = await startWorkerProcess(
    stores(),
    { DATABASE_URL: urlOf(stores().database.workerUrl) },
    { onLine: (line) => void said.push(line) },
  )
  const remedy = "set pool_mode=transaction or session in the pooler before it"
  const readyz = () => fetch(`${worker.managementUrl}/readyz`).then((answer) => answer.text())
  await waitFor("readiness", async () => (await readyz().catch(() => "")).includes(remedy))
  await waitFor("the log to tell", () => said.some((line) => line.includes(remedy)))
  worker.app.kill("SIGKILL")
})

async function startedBehind(pooler: PgBouncer): Promise<{ worker: AppProcess; said: string[] }> {
  const said: string[] = []
  const DATABASE_URL = pooler.urlOf(stores().database.workerUrl)
  const env = { DATABASE_URL, LOG_LEVEL: "info" }
  const worker = await startWorkerProcess(stores(), env, { onLine: (line) => void said.push(line) })
  await worker.app.waitReady()
  return { worker, said }
}

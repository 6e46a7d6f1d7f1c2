/** What people are told when a role may not do what its program needs: by the apps, and by the commands. */

import { beforeAll, expect, test } from "bun:test"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { RESULT_RIGHTS } from "@tallyroom/lib/postgres/rights"
import { readinessOf } from "../../apps/result/readiness"
import { definition, openTables, startResultApp, TOKEN } from "../../apps/result/testing/result"
import { startWorkerProcess } from "../../scripts/services/apps/start-apps"
import { startWorker } from "../../scripts/services/apps/worker-in-process"
import { becomes } from "../harness/becomes"
import { outputOfScript } from "../harness/scripts"
import { useStores } from "../harness/stores"

const stores = useStores()
let owner: Database
let admin: Database

beforeAll(async () => {
  owner = await openTables(stores())
  admin = openDatabase(stores().database.adminUrl, { name: "test-admin", connections: 1 })
  stores().defer(() => admin.end({ timeout: 1 }))
})

const PATHS = [
  ...[
    "/",
    "/polls/lunch",
    "/api/polls",
    "/api/polls/lunch",
    "/api/polls/lunch/results",
    "/api/polls/lunch/results.csv",
  ],
  ...[
    "/admin",
    "/admin/health",
    "/admin/polls/lunch",
    "/admin/polls/lunch/edit",
    "/receipts",
    "/embed/lunch",
  ],
  ...[
    "/polls/lunch/stage",
    "/api/polls/lunch/now",
    "/lunch",
    "/polls/lunch/receipts/x",
    "/api/polls/lunch/receipts/x",
  ],
]

const schemaProblem = ({ listener, tables }: Awaited<ReturnType<typeof startResultApp>>) =>
  readinessOf(listener, false, tables.problem).schema ?? ""

test("a right of result that is missing is never an internal error, and readiness says what to grant", async () => {
  const app = await startResultApp(stores())
  await app.listening()
  const reader = openDatabase(stores().database.resultUrl, { name: "test-reader", connections: 1 })
  stores().defer(() => reader.end({ timeout: 1 }))
  await app.send("POST", "/api/polls", definition("lunch", { state: "draft" }))
  for (const table of Object.keys(RESULT_RIGHTS)) {
    await owner.unsafe(`REVOKE ALL ON ${table} FROM tallyroom_result`)
    try {
      for (const path of PATHS) {
        const { status } = await app.get(path, { accept: "text/html", authorization: `Bearer ${TOKEN}` })
        expect([table, path, status]).not.toEqual([table, path, 500])
      }
      for (const [method, path, body] of [
        ["POST", "/api/polls", definition(`made-without-${table.replaceAll("_", "-")}`)],
        ["PATCH", "/api/polls/lunch", { title: `Without ${table}?` }],
        ["DELETE", "/api/polls/nothing", undefined],
      ] as const) {
        const { status } = await app.send(method, path, body)
        expect([table, method, status]).not.toEqual([table, method, 500])
      }
      await app.tables.areReady(reader)
      expect(schemaProblem(app)).toMatch(
        new RegExp(`Run, as tallyroom_worker: GRANT .* public\\.${table} TO tallyroom_result;`),
      )
    } finally {
      const may = RESULT_RIGHTS[table]?.join(", ")
      await owner.unsafe(`GRANT ${may} ON ${table} TO tallyroom_result`)
    }
  }
})

test("a worker whose rights are taken away while it counts says what to grant, and goes on then", async () => {
  const at = await startWorker(stores())
  await at.ready()
  await admin`REVOKE INSERT ON votes FROM tallyroom_worker`
  const grant = "GRANT INSERT ON public.votes TO tallyroom_worker;"
  const why = `The role tallyroom_worker may not use Tallyroom's tables. Run, as tallyroom_worker: ${grant}`
  await becomes(() => at.worker.readiness().rights, why)
  await admin.unsafe(grant)
  await at.ready()
})

test("a worker that may not make tables is unready with the statement to run, and makes them once it was run", async () => {
  const urls = await stores().postgres.database(`mine_${crypto.randomUUID().slice(0, 8)}`)
  const superuser = openDatabase(urls.adminUrl, { name: "test-admin", connections: 1 })
  stores().defer(() => superuser.end({ timeout: 1 }))
  await superuser.unsafe("ALTER SCHEMA public OWNER TO postgres")
  const { managementUrl } = await startWorkerProcess(stores(), { DATABASE_URL: urls.workerUrl })
  const waiting = async () => {
    const answer = await fetch(`${managementUrl}/readyz`).catch(() => null)
    return ((await answer?.json()) as { waiting?: { postgres?: string } } | undefined)?.waiting?.postgres
  }
  const grant = "GRANT USAGE, CREATE ON SCHEMA public TO tallyroom_worker;"
  const why = `The worker's role tallyroom_worker may not make tables in the schema public. Run, as a superuser or postgres: ${grant}`
  await becomes(waiting, why)
  await superuser.unsafe(grant)
  // Its Redis belongs to another database: that the tables are made is all that can be expected.
  await becomes(async () => (await superuser`SELECT to_regclass('votes') IS NOT NULL AS made`)[0]?.made, true)
})

test("the audit and the export say what to grant, and to whom", async () => {
  await owner`REVOKE ALL ON votes, vote_history FROM tallyroom_result`
  const { resultUrl } = stores().database
  const env = { DATABASE_URL: resultUrl, REDIS_URL: stores().redis.workerUrl, INBOX_URL: "" }
  const audit = await outputOfScript("scripts/data/audit.ts", [], env)
  expect([audit.code, audit.err.trim()]).toEqual([
    2,
    "The role tallyroom_result may not use Tallyroom's tables. Run, as tallyroom_worker: GRANT SELECT ON public.votes TO tallyroom_result;",
  ])
  const dir = join(mkdtempSync(join(tmpdir(), "tallyroom-rights-")), "export")
  const exported = await outputOfScript("scripts/data/export.ts", ["--dir", dir], env)
  expect([exported.code, exported.err.trim()]).toEqual([
    2,
    "The database can't be read: The role tallyroom_result may not use Tallyroom's tables. Run, as tallyroom_worker: GRANT SELECT ON public.vote_history TO tallyroom_result;",
  ])
})

test("a user who may not connect is told what to grant", async () => {
  const urls = await stores().postgres.database(`closed_${crypto.randomUUID().slice(0, 8)}`)
  const name = new URL(urls.adminUrl).pathname.slice(1)
  await admin.unsafe(`REVOKE ALL ON DATABASE ${name} FROM tallyroom_result`)
  const { err } = await outputOfScript("scripts/data/export.ts", [], { DATABASE_URL: urls.resultUrl })
  expect(err).toContain(`Run GRANT CONNECT ON DATABASE "${name}" TO this user`)
})

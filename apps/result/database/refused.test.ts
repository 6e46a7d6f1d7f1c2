/** What clients are told, and the log says, while Postgres is there and refuses. */

import { beforeAll, expect, test } from "bun:test"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { useStores } from "../../../tests/harness/stores"
import { exhaustMemory, fillDisk } from "../testing/full-postgres"
import { definition, openTables, startResultApp, TOKEN } from "../testing/result"

const stores = useStores()
let admin: Database
let name: string

beforeAll(async () => {
  await openTables(stores())
  const maker = await startResultApp(stores())
  await maker.send("POST", "/api/polls", definition("lunch", { state: "draft" }))
  admin = openDatabase(stores().database.adminUrl, { name: "test-admin", connections: 1 })
  stores().defer(() => admin.end({ timeout: 1 }))
  const [row] = await admin`SELECT current_database() AS name`
  name = String(row?.name)
})

/** A result app that connects from now on, and what it logs. */
async function startAnew(url = stores().database.resultUrl, connections = 2) {
  const logged: { code: unknown; message: string }[] = []
  const log = (line: unknown, message = "") => {
    const { err } = line as { err: { code?: unknown; cause?: { code?: unknown } } }
    logged.push({ code: err.code ?? err.cause?.code, message })
  }
  const sql = openDatabase(url, { name: "test-refused", connections })
  stores().defer(() => sql.end({ timeout: 1 }))
  const app = await startResultApp(stores(), { sql, log: { error: log, warn: log } })
  return { ...app, logged }
}

type App = Awaited<ReturnType<typeof startAnew>>

async function expectAway(app: App, method: string, path: string, body?: unknown) {
  const answer = await app.send(method, path, body)
  const told = {
    path,
    status: answer.status,
    retry: answer.headers.get("retry-after"),
    type: (await answer.json()).type,
  }
  expect(told).toEqual({ path, status: 503, retry: "1", type: "/problems/database-away" })
}

async function expectAllAway(app: App, code: string) {
  for (const path of ["/api/polls", "/api/polls/lunch", "/api/polls/lunch/results"])
    await expectAway(app, "GET", path)
  for (const path of ["/polls/lunch", "/admin", "/admin/polls/lunch/edit"]) {
    const page = await app.get(path, { accept: "text/html", authorization: `Bearer ${TOKEN}` })
    expect([path, page.status, page.headers.get("retry-after")]).toEqual([path, 503, "1"])
  }
  await expectAway(app, "PATCH", "/api/polls/lunch", { title: "Dinner?" })
  expect(app.logged).toEqual([{ code, message: "Postgres did not serve a request" }])
}

/** The database's address with something in it that is wrong. */
const wrong = (change: Partial<Pick<URL, "password" | "pathname" | "port">>) =>
  Object.assign(new URL(stores().database.resultUrl), change).href

test.each([
  ["a wrong password", "28P01", { password: "x" }],
  ["a database that is not there", "3D000", { pathname: "/nowhere" }],
  ["an address that nobody answers", "ECONNREFUSED", { port: "9" }],
] as const)("with %s everything is 503, and the log says why once", async (_, code, change) => {
  await expectAllAway(await startAnew(wrong(change)), code)
})

test("with no room for another connection everything is 503, and goes on by itself once there is", async () => {
  await admin`ALTER DATABASE ${admin(name)} CONNECTION LIMIT 0`
  const app = await startAnew()
  try {
    await expectAllAway(app, "53300")
  } finally {
    await admin`ALTER DATABASE ${admin(name)} CONNECTION LIMIT -1`
  }
  expect((await app.get("/api/polls/lunch/results", { authorization: `Bearer ${TOKEN}` })).status).toBe(200)
})

/** While changes are refused so: pages are shown, and what a form had sent can be sent again. */
async function expectOnlyChangesAway(app: App, code: string) {
  const form = async (path: string, fields: Record<string, string>) => {
    const answer = await fetch(`${app.address}${path}`, {
      method: "POST",
      redirect: "manual",
      headers: {
        ...{ accept: "text/html", authorization: `Bearer ${TOKEN}` },
        "content-type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams(fields).toString(),
    })
    return { status: answer.status, html: await answer.text(), location: answer.headers.get("location") }
  }
  const options = { "o0-id": "a", "o0-label": "Soup & bread", "o1-id": "b", "o1-label": '"Salad"' }
  const fields = { title: "Lunch <today>?", ...options }
  expect((await app.get("/api/polls/lunch", { authorization: `Bearer ${TOKEN}` })).status).toBe(200)
  await expectAway(app, "PATCH", "/api/polls/lunch", { title: "Dinner?" })
  await expectAway(app, "POST", "/api/polls", definition("fresh"))
  const forms = [
    ["/admin/polls/lunch/edit", fields],
    ["/admin/new", { id: "fresh", ...fields }],
    ["/admin/polls/lunch/duplicate", { id: "second-lunch", title: "Again?" }],
    ["/admin/polls/lunch/delete", { confirm: "lunch" }],
    ["/admin/polls/lunch/actions", { do: "open" }],
    ["/admin/polls/lunch/codes", { count: "7" }],
    ["/admin/polls/lunch/place", { place: "first" }],
  ] as const
  for (const [path, sent] of forms) {
    const { status, html } = await form(path, sent)
    expect([path, status]).toEqual([path, 503])
    expect(html).toContain(`method="post" action="${path}"`)
    for (const [field, value] of Object.entries(sent)) {
      const shown = value.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;")
      expect([path, html.includes(`name="${field}" value="${shown}"`)]).toEqual([path, true])
    }
  }
  expect(app.logged).toEqual([{ code, message: "Postgres did not serve a request" }])
}

test("while Postgres takes no changes, pages are shown, and what a form sent can be sent again", async () => {
  await admin`ALTER DATABASE ${admin(name)} SET default_transaction_read_only = on`
  const app = await startAnew()
  try {
    await expectOnlyChangesAway(app, "25006")
  } finally {
    await admin`ALTER DATABASE ${admin(name)} RESET default_transaction_read_only`
  }
  const after = await startAnew()
  const saved = await after.send("PATCH", "/api/polls/lunch", { title: "Lunch?" })
  expect(saved.status).toBe(200)
})

/** By /dev/full, and prlimit. */
const onLinux = test.skipIf(process.platform !== "linux")

onLinux("the same with a disk that is full, and it goes on by itself once there is room", async () => {
  const makeRoom = await fillDisk(admin)
  const app = await startAnew()
  await expectOnlyChangesAway(app, "53100").finally(makeRoom)
  expect((await app.send("PATCH", "/api/polls/lunch", { title: "Lunch, with room?" })).status).toBe(200)
})

onLinux("the same where memory ran out", async () => {
  const { limit, restore } = await exhaustMemory(admin)
  const app = await startAnew(undefined, 1)
  // Its only connection has a process there, once it was used.
  expect((await app.get("/api/polls")).status).toBe(200)
  await limit("tallyroom-test-refused")
  await expectOnlyChangesAway(app, "53200").finally(restore)
  expect((await app.send("PATCH", "/api/polls/lunch", { title: "Lunch, with memory?" })).status).toBe(200)
})

test("a receipt that was entered while Postgres was away can be entered again", async () => {
  const app = await startAnew(wrong({ port: "9" }))
  const receipt = "A".repeat(54)
  const answer = await fetch(`${app.address}/receipts`, {
    method: "POST",
    headers: { accept: "text/html", "content-type": "application/x-www-form-urlencoded" },
    body: `receipt=${receipt}`,
  })
  expect(answer.status).toBe(503)
  expect(await answer.text()).toContain(`name="receipt" value="${receipt}"`)
})

/** Postgres that fails over, under a flood: nothing counted is lost or doubled, and no viewer goes back. */

import { afterEach, expect, setDefaultTimeout, test } from "bun:test"
import { rmSync } from "node:fs"
import { watchPoll } from "../../apps/result/testing/viewer"
import type { PollBooks } from "../../apps/worker/audit/audit"
import { clientEnvironment } from "../../scripts/backup/postgres/client-environment"
import { type AppProcess, startWorkerProcess } from "../../scripts/services/apps/start-apps"
import { castOnce, person } from "../../scripts/services/apps/voters"
import { followFromNextStart } from "../../scripts/services/stores/standby"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { changePollAt } from "../harness/control-room"
import { expectNeverBack } from "../harness/never-back"
import {
  askServer,
  askTallyroom,
  openPair,
  type Pair,
  POLL,
  signalAll,
  startAppsOf,
  startFlood,
} from "../harness/postgres-pair"
import { outputOfScript } from "../harness/scripts"
import { startTcpProxy } from "../harness/tcp-proxy"

setDefaultTimeout(180_000)
/** How many ballots are counted before and after what happens to Postgres. */
const SOME = 150
/** A busy machine may take a while to promote, and to connect anew. */
const PATIENCE_MS = 45_000

let pair: Pair | undefined
afterEach(async () => {
  await pair?.close()
  pair = undefined
}, 60_000)

async function open(isSynchronous: boolean, settings: Record<string, string> = {}) {
  pair = await openPair(isSynchronous)
  return openOn(pair, settings)
}

async function openOn(servers: Pair, settings: Record<string, string> = {}) {
  const apps = await startAppsOf(servers, settings)
  const viewer = watchPoll(apps.result.url, `poll=${POLL}`)
  await viewer.sees("the first snapshot", () => true)
  return { ...servers, ...apps, viewer, total: () => viewer.snapshots.at(-1)?.total ?? 0 }
}

/** The address of the first server alone. */
const ofFirst = (url: string) => `${url.split(",")[0]}/tallyroom`

async function booksOf({ stores }: Pair): Promise<PollBooks | undefined> {
  const env = { REDIS_URL: stores.redis.workerUrl, DATABASE_URL: stores.database.workerUrl }
  const { out, err } = await outputOfScript("scripts/data/audit.ts", ["--wait", "--json"], env)
  if (out === "") throw new Error(err)
  const { polls } = JSON.parse(out) as { polls: PollBooks[] }
  return polls.find(({ poll }) => poll === POLL)
}

/** All that was accepted is counted once, and on the screen; and the screen never went back. */
async function expectAllCounted(at: Awaited<ReturnType<typeof open>>, accepted: number): Promise<void> {
  await waitFor("the last on the screen", () => at.total() === accepted, PATIENCE_MS)
  expectNeverBack([at.viewer])
  const all = { accepted, counted: accepted, lost: 0, recount: accepted, faults: [] }
  expect(await booksOf(at)).toMatchObject(all)
}

async function failoversOf({ managementUrl }: AppProcess): Promise<string | undefined> {
  const metrics = await (await fetch(`${managementUrl}/metrics`)).text()
  return /^tallyroom_postgres_failovers_total\S* (\d+)/m.exec(metrics)?.[1]
}

async function readinessOf({ managementUrl }: AppProcess): Promise<string> {
  return (await fetch(`${managementUrl}/readyz`)).text()
}

const countedIn = (server: Parameters<typeof askTallyroom>[0]) =>
  askTallyroom(server, "SELECT count(*)::integer AS votes FROM votes").then(([row]) => row?.votes)

/**
 * Who uses this server, beside those who just ask whether it is the primary. A session whose commit waits for a standby is left by its
 * client, and does not know.
 */
async function usersOf(server: Parameters<typeof askServer>[0]): Promise<unknown[]> {
  const rows = await askServer(
    server,
    "SELECT application_name AS name FROM pg_stat_activity WHERE application_name LIKE 'tallyroom-%' AND application_name <> 'tallyroom-primary' AND wait_event IS DISTINCT FROM 'SyncRep'",
  )
  return rows.map(({ name }) => name)
}

test("the primary dies with its disk", async () => {
  const at = await open(true)
  const stop = startFlood(at.stores, at.vote.url)
  await waitFor("ballots to be counted", () => at.total() > SOME, PATIENCE_MS)
  await at.primary.kill9()
  rmSync(at.primary.dir, { recursive: true })
  const before = at.total()
  await at.standby.promote()
  await waitFor("counting to go on", () => at.total() > before + SOME, PATIENCE_MS)
  const accepted = await stop()
  await expectAllCounted(at, accepted)
  for (const app of [...at.workers, at.result]) await becomes(() => failoversOf(app), "1")
})

test("one address that leads to whichever is the primary will do as well", async () => {
  pair = await openPair(true)
  const { workerUrl, resultUrl } = pair.stores.database
  const proxy = await startTcpProxy(pair.stores, ofFirst(workerUrl))
  const database = {
    ...pair.stores.database,
    workerUrl: proxy.urlOf(ofFirst(workerUrl)),
    resultUrl: proxy.urlOf(ofFirst(resultUrl)),
  }
  const at = await openOn({ ...pair, stores: { ...pair.stores, database } })
  const stop = startFlood(at.stores, at.vote.url)
  await waitFor("ballots to be counted", () => at.total() > SOME, PATIENCE_MS)
  await at.primary.kill9()
  rmSync(at.primary.dir, { recursive: true })
  await at.standby.promote()
  proxy.leadTo(at.standby.adminUrl)
  const before = at.total()
  await waitFor("counting to go on", () => at.total() > before + SOME, PATIENCE_MS)
  await expectAllCounted(at, await stop())
  for (const app of [...at.workers, at.result]) await becomes(() => failoversOf(app), "1")
})

test("the primary is shut down, the standby promoted, and the old primary comes back as a standby", async () => {
  const at = await open(true)
  const stop = startFlood(at.stores, at.vote.url)
  await waitFor("ballots to be counted", () => at.total() > SOME, PATIENCE_MS)
  await at.primary.stop()
  await at.standby.promote()
  followFromNextStart(at.primary.dir, at.standby.adminUrl)
  await at.primary.start()
  const before = at.total()
  await waitFor("counting to go on", () => at.total() > before + SOME, PATIENCE_MS)
  const accepted = await stop()
  await expectAllCounted(at, accepted)
  expect(await usersOf(at.primary)).toEqual([])
})

const RETAINED = { INBOX_RETENTION: "1h,64MB" }

/** Without waiting a commit may be on the old primary alone, also where the standby is behind by just a moment. */
const PRIMARIES = [
  ["waits for its standby", true, {}],
  ["waits for nobody", false, RETAINED],
] as const

test.each(PRIMARIES)(
  "the old primary, which %s, comes back as a primary that nobody has fenced off",
  async (_, isSynchronous, settings) => {
    const at = await open(isSynchronous, settings)
    const stop = startFlood(at.stores, at.vote.url)
    await waitFor("ballots to be counted", () => at.total() > SOME, PATIENCE_MS)
    await at.primary.kill9()
    await at.standby.promote()
    await at.primary.start()
    const there = await countedIn(at.primary)
    const before = at.total()
    await waitFor("counting to go on", () => at.total() > before + SOME, PATIENCE_MS)
    // Whoever connects anew must not find the old one, either.
    await askServer(
      at.standby,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'tallyroom-%'",
    )
    const accepted = await stop()
    await expectAllCounted(at, accepted)
    expect([await usersOf(at.primary), await countedIn(at.primary)]).toEqual([[], there])
    const { PGPORT } = await clientEnvironment(at.stores.database.backupUrl)
    expect(PGPORT).toBe(String(at.standby.port))
  },
)

test.each(PRIMARIES)(
  "the primary, which %s, hangs without closing a connection, and goes on once another one is there",
  async (_, isSynchronous, settings) => {
    const at = await open(isSynchronous, settings)
    const stop = startFlood(at.stores, at.vote.url)
    await waitFor("ballots to be counted", () => at.total() > SOME, PATIENCE_MS)
    signalAll(at.primary, "SIGSTOP")
    const before = at.total()
    await at.standby.promote()
    await waitFor("counting to go on", () => at.total() > before + SOME, PATIENCE_MS)
    signalAll(at.primary, "SIGCONT")
    const accepted = await stop()
    await expectAllCounted(at, accepted)
    await becomes(() => usersOf(at.primary), [])
  },
)

test.each([
  ["counted again, as Redis retains it", RETAINED],
  ["booked as lost", {}],
])("what an asynchronous standby did not get is %s", async (_, settings) => {
  const at = await open(false, settings)
  const stop = startFlood(at.stores, at.vote.url)
  await waitFor("ballots to be counted", () => at.total() > SOME, PATIENCE_MS)
  await askServer(at.standby, "ALTER SYSTEM SET primary_conninfo = ''")
  await askServer(at.standby, "SELECT pg_reload_conf()")
  await waitFor("the standby to be cut off", async () => {
    const rows = await askServer(at.primary, "SELECT FROM pg_stat_replication")
    return rows.length === 0
  })
  const cutAt = at.total()
  await waitFor("more to be counted", () => at.total() > cutAt + SOME, PATIENCE_MS)
  await at.primary.kill9()
  rmSync(at.primary.dir, { recursive: true })
  await at.standby.promote()
  await waitFor(
    "counting to go on",
    async () => Number(await countedIn(at.standby)) > cutAt + 2 * SOME,
    PATIENCE_MS,
  )
  const accepted = await stop()
  const isRetained = "INBOX_RETENTION" in settings
  const books = await booksOf(at)
  expect(books).toMatchObject({ accepted, pending: 0, faults: [], wentBack: true, lostAtLeast: false })
  const { counted = 0, lost = 0 } = books ?? {}
  expect(counted + lost).toBe(accepted)
  if (isRetained) expect(lost).toBe(0)
  else expect(lost).toBeGreaterThanOrEqual(SOME)
  await waitFor("the last on the screen", () => at.total() === counted, PATIENCE_MS)
  expectNeverBack([at.viewer])
})

test("a worker that reaches the old primary alone, which lives on, removes nothing from the inbox that the new one lacks", async () => {
  const at = await open(false, RETAINED)
  await at.workers[1]?.app.stop(10_000)
  const alone = ofFirst(at.stores.database.workerUrl)
  const proxy = await startTcpProxy(at.stores, alone)
  const cutOff = await startWorkerProcess(at.stores, { ...RETAINED, DATABASE_URL: proxy.urlOf(alone) })
  await cutOff.app.waitReady()
  await waitFor("it to hold a shard", async () => {
    const [row] = await askTallyroom(at.primary, "SELECT count(DISTINCT holder)::integer AS n FROM shards")
    return row?.n === 2
  })
  const stop = startFlood(at.stores, at.vote.url)
  await waitFor("ballots to be counted", () => at.total() > SOME, PATIENCE_MS)
  await at.standby.promote()
  await waitFor("it to be told", async () => (await readinessOf(cutOff)).includes("old primary"), PATIENCE_MS)
  const counted = () => countedIn(at.standby).then(Number)
  const then = await counted()
  await waitFor("counting to go on", async () => (await counted()) > then + SOME, PATIENCE_MS)
  // Its connections live, and new ones lead to the primary.
  proxy.leadTo(at.standby.adminUrl)
  await cutOff.app.waitReady()
  const accepted = await stop()
  await expectAllCounted(at, accepted)
})

test("a change of a poll that is lost with the primary is undone on every screen", async () => {
  const at = await open(false)
  await askServer(at.standby, "ALTER SYSTEM SET primary_conninfo = ''")
  await askServer(at.standby, "SELECT pg_reload_conf()")
  await changePollAt(at.result.url, POLL, { state: "paused" })
  const paused = await at.viewer.sees("the pause", ({ state }) => state === "paused")
  await waitFor(
    "vote to know",
    async () => (await castOnce(at.vote.url, POLL, person(), "a"))?.status === 409,
  )
  await at.primary.kill9()
  await at.standby.promote()
  await at.viewer.sees(
    "it to be open",
    (it) => it.state === "open" && it.version > paused.version,
    PATIENCE_MS,
  )
  await waitFor("a vote", async () => (await castOnce(at.vote.url, POLL, person(), "a"))?.status === 201)
  await waitFor("the vote on the screen", () => at.total() === 1, PATIENCE_MS)
  expectNeverBack([at.viewer])
})

test("a commit whose wait for the standby is ended by somebody, and that the standby never gets, is counted again, although the role has warnings hidden", async () => {
  pair = await openPair(true)
  await askServer(pair.primary, "ALTER ROLE tallyroom_worker SET client_min_messages = error")
  const at = await openOn(pair)
  const stop = startFlood(at.stores, at.vote.url)
  await waitFor("ballots to be counted", () => at.total() > SOME, PATIENCE_MS)
  await at.standby.kill9()
  const waiting =
    "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name = 'tallyroom-worker-commits'"
  await waitFor("a batch to wait", async () => (await askServer(at.primary, `SELECT ${waiting}`)).length > 0)
  const before = Number(await countedIn(at.primary))
  await askServer(at.primary, `SELECT pg_cancel_backend(pid) ${waiting}`)
  // It may take a moment to hear of it.
  const there = await waitFor("what it counts to be seen", async () => {
    const now = Number(await countedIn(at.primary))
    return now > before && now
  })
  await at.primary.kill9()
  rmSync(at.primary.dir, { recursive: true })
  await at.standby.start()
  await at.standby.promote()
  expect(Number(await countedIn(at.standby))).toBeLessThan(there)
  await expectAllCounted(at, await stop())
})

test("while the standby is away commits wait for it, and nothing hangs for ever or is lost", async () => {
  const at = await open(true)
  const waiting = async () => {
    const [row] = await askServer(
      at.primary,
      "SELECT count(*)::integer AS n FROM pg_stat_activity WHERE wait_event = 'SyncRep'",
    )
    return Number(row?.n)
  }
  const stop = startFlood(at.stores, at.vote.url)
  await waitFor("ballots to be counted", () => at.total() > SOME, PATIENCE_MS)
  await at.standby.kill9()
  await waitFor("commits to wait", async () => (await waiting()) > 0)
  const accepted = await stop()
  for (const worker of at.workers)
    await waitFor(
      "readiness to say so",
      async () => (await readinessOf(worker)).includes("standby"),
      PATIENCE_MS,
    )
  const refusal = await changePollAt(at.result.url, POLL, { state: "paused" }).catch(String)
  expect(refusal).toContain("503")
  // Each worker left a heartbeat, a commit of each of its shards and little else behind.
  expect(await waiting()).toBeLessThan(30)
  expect(at.total()).toBeLessThanOrEqual(accepted)
  for (const { managementUrl } of at.workers) expect((await fetch(`${managementUrl}/livez`)).status).toBe(200)
  await at.standby.start()
  await expectAllCounted(at, accepted)
})

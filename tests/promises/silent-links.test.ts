// Begins early: it waits for timeouts.
/** Connections that fall silent without being closed, as when a cable is cut, a host vanishes or a pooler hangs. New ones work. */

import { beforeAll, describe, expect, test } from "bun:test"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import type { LiveMessage } from "../../apps/result/live/live-message"
import { watchPoll } from "../../apps/result/testing/viewer"
import { addVotes } from "../../apps/result/testing/votes"
import {
  type AppProcess,
  startResultProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { SHARDS } from "../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { makePollAt } from "../harness/control-room"
import { useStores } from "../harness/stores"
import { type Booth, openBooth, openPoll, voter } from "../harness/tallyroom"
import { startTcpProxy, type TcpProxy } from "../harness/tcp-proxy"

/** Ten seconds are promised; the machine may be busy. */
const MENDED_MS = 15_000

const stores = useStores()
let sql: Database
let booth: Booth
let toPostgres: TcpProxy
let toRedis: TcpProxy
let worker: AppProcess

beforeAll(async () => {
  const { database, redis, defer } = stores()
  sql = openDatabase(database.workerUrl, { name: "test", connections: 2 })
  defer(() => sql.end({ timeout: 1 }))
  toPostgres = await startTcpProxy(stores(), database.workerUrl)
  toRedis = await startTcpProxy(stores(), redis.workerUrl)
  worker = await startWorker(toRedis)
  await worker.app.waitReady()
  booth = await openBooth(stores())
  await openPoll(sql, booth.redis, "links")
})

async function startWorker(redis: TcpProxy): Promise<AppProcess> {
  return startWorkerProcess(stores(), {
    DATABASE_URL: toPostgres.urlOf(stores().database.workerUrl),
    REDIS_URL: redis.urlOf(stores().redis.workerUrl),
  })
}

let cast = 0
/** Casts into every shard. */
async function castSome(): Promise<void> {
  for (const end = cast + 40; cast < end; cast++) await booth.cast("links", voter(`v${cast}`), "a")
}

async function counted(): Promise<number> {
  const [row] = await sql`
    SELECT COALESCE(sum(votes), 0)::integer AS votes FROM tallies JOIN polls ON number = poll WHERE id = 'links'`
  return row?.votes
}

const untilCounted = () =>
  waitFor("all ballots to be counted", async () => (await counted()) === cast, MENDED_MS)

async function waitingFor(): Promise<Record<string, string>> {
  const answer = await fetch(`${worker.managementUrl}/readyz`)
  return (await answer.json()).waiting ?? {}
}

const holders = async () => {
  const rows = await sql`SELECT DISTINCT holder FROM shards WHERE holder IS NOT NULL AND lease_until > now()`
  return rows.map(({ holder }) => String(holder))
}

describe("a worker whose links fall silent", () => {
  test("says so, and counts again by itself: to Postgres", async () => {
    await castSome()
    await untilCounted()
    toPostgres.silence()
    await castSome()
    await waitFor("readiness to tell", async () => "postgres" in (await waitingFor()))
    await untilCounted()
    await becomes(waitingFor, {})
  })

  test("counts again by itself: to Redis", async () => {
    toRedis.silence()
    await castSome()
    await untilCounted()
    await becomes(waitingFor, {})
  })

  test("leaves its shards to a worker that reaches Redis, as long as it does not itself", async () => {
    const direct = await startTcpProxy(stores(), stores().redis.workerUrl)
    const [before = ""] = await holders()
    const other = await startWorker(direct)
    await waitFor("two workers to share", async () => (await holders()).length === 2)
    toRedis.silenceAll()
    await castSome()
    await waitFor("one of them to hold all", async () => {
      const now = await holders()
      const [row] = await sql`SELECT count(*)::integer AS held FROM shards WHERE lease_until > now()`
      return now.length === 1 && now[0] !== before && row?.held === SHARDS
    })
    await untilCounted()
    toRedis.restore()
    await waitFor("two workers to share again", async () => (await holders()).length === 2)
    await other.app.stop(10_000)
  })

  test("stops in time, and gives its leases back", async () => {
    await waitFor("the worker to hold all", async () => (await holders()).length === 1)
    await becomes(waitingFor, {})
    toPostgres.silence()
    toRedis.silence()
    const start = performance.now()
    expect(await worker.app.stop(9_000)).toBe(0)
    expect(performance.now() - start).toBeLessThan(7_000)
    expect(await holders()).toEqual([])
  })
})

test("a result process whose links to Postgres fall silent shows its viewers what is counted, by itself", async () => {
  const own = await startTcpProxy(stores(), stores().database.resultUrl)
  const result = await startResultProcess(stores(), { DATABASE_URL: own.urlOf(stores().database.resultUrl) })
  const viewer = watchPoll(result.url, "poll=links")
  await viewer.sees("the votes so far", ({ total }) => total === cast)
  let made = 0
  const useAllConnections = () =>
    Promise.all(Array.from({ length: 20 }, () => makePollAt(result.url, { id: `made-${made++}` })))
  await useAllConnections()
  own.silence()
  await addVotes(sql, "links", "b", 1)
  await viewer.sees("the next vote", ({ total }) => total === cast + 1, MENDED_MS)
  await waitFor("no age any more", () => (viewer.snapshots.at(-1) as LiveMessage).ageMs === undefined)
  await useAllConnections()
})

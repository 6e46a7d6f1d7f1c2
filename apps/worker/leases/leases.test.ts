import { beforeAll, describe, expect, test } from "bun:test"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { startWorkerProcess } from "../../../scripts/services/apps/start-apps"
import { SHARDS, startWorker } from "../../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../../scripts/services/wait"
import { useStores } from "../../../tests/harness/stores"
import { openBooth, openPoll, voter } from "../../../tests/harness/tallyroom"
import { startTcpProxy } from "../../../tests/harness/tcp-proxy"
import { LEASE_SECONDS, Leases } from "./leases"

const stores = useStores()
let sql: Database

beforeAll(() => {
  sql = openDatabase(stores().database.workerUrl, { name: "test", connections: 1 })
  stores().defer(() => sql.end({ timeout: 1 }))
})

async function holders(): Promise<Record<string, number>> {
  const rows = await sql`
    SELECT holder, count(*)::integer AS shards FROM shards WHERE lease_until > now() AND holder IS NOT NULL GROUP BY holder`
  return Object.fromEntries(rows.map((row) => [row.holder, row.shards]))
}

const shares = async () => Object.values(await holders()).sort()

describe("leases", () => {
  test("are shared out evenly, given back by a stop, and free after a death", async () => {
    const first = await startWorker(stores())
    await waitFor("one worker to hold all", async () => (await shares()).join() === "4")
    const second = await startWorker(stores())
    await waitFor("two workers to hold two each", async () => (await shares()).join() === "2,2")
    await second.stop()
    await waitFor("all back at once", async () => (await holders())[first.worker.id] === SHARDS, 4_000)

    const victim = await startWorkerProcess(stores())
    await waitFor("two each again", async () => (await shares()).join() === "2,2")
    victim.app.kill("SIGKILL")
    await waitFor("the dead one's shards", async () => (await holders())[first.worker.id] === SHARDS)
    await first.ready()
    const booth = await openBooth(stores())
    for (let i = 0; i < 40; i++) await booth.cast("cats-vs-dogs", voter(`l${i}`), "a")
    await waitFor("40 votes over all shards", async () => {
      const [row] =
        await sql`SELECT count(*)::integer AS votes, count(DISTINCT shard)::integer AS shards FROM votes`
      return row?.votes === 40 && row.shards === SHARDS
    })
    await first.stop()
    expect(await shares()).toEqual([])
  }, 60_000)

  test("of a shard that gets nowhere goes to a worker whose shards all get on, which gives another one for it", async () => {
    const [stuck, well] = [new Leases(sql, crypto.randomUUID()), new Leases(sql, crypto.randomUUID())]
    const fit = (gettingOn: number[]) => ({ isFit: true, gettingOn })
    expect(await stuck.heartbeat(fit([]))).toEqual([0, 1, 2, 3])
    await well.heartbeat(fit([]))
    expect(await stuck.heartbeat(fit([2, 1, 0]))).toEqual([0, 1, 2])
    expect(await well.heartbeat(fit([]))).toEqual([3])
    expect(await stuck.heartbeat(fit([2, 1, 0]))).toEqual([0, 1])
    expect(await well.heartbeat(fit([3]))).toEqual([2, 3])

    await sql`UPDATE shards SET lease_until = now() - 1.5 * ${LEASE_SECONDS} * interval '1 second' WHERE shard = 1`
    expect(await stuck.heartbeat(fit([0]))).toEqual([0, 1])
    // Who does not get on with all of its own takes none from others.
    expect(await well.heartbeat(fit([2]))).toEqual([2, 3])
    expect(await well.heartbeat(fit([3, 2]))).toEqual([1, 2, 3])
    expect(await stuck.heartbeat(fit([0]))).toEqual([0])
    expect(await well.heartbeat(fit([3, 2, 1]))).toEqual([1, 2])
    expect(await stuck.heartbeat(fit([0]))).toEqual([0, 3])
    expect(await well.heartbeat(fit([2, 1]))).toEqual([1, 2])
    expect(await stuck.heartbeat(fit([0, 3]))).toEqual([0, 3])
    await stuck.giveBackAll()
    await well.giveBackAll()
  })

  test("of a shard that gets nowhere with two workers stays with the second, until it gets on there", async () => {
    const [first, second] = [new Leases(sql, crypto.randomUUID()), new Leases(sql, crypto.randomUUID())]
    const fit = (gettingOn: number[]) => ({ isFit: true, gettingOn })
    const lapse = () =>
      sql`UPDATE shards SET lease_until = now() - 1.5 * ${LEASE_SECONDS} * interval '1 second' WHERE shard = 1`
    await first.heartbeat(fit([]))
    await second.heartbeat(fit([]))
    await first.heartbeat(fit([0, 1, 2, 3]))
    await first.heartbeat(fit([1, 2, 3]))
    expect(await second.heartbeat(fit([]))).toEqual([0, 1])
    expect(await first.heartbeat(fit([2, 3]))).toEqual([2, 3])

    await second.heartbeat(fit([0]))
    await lapse()
    expect(await first.heartbeat(fit([2, 3]))).toEqual([1, 2, 3])
    expect(await first.heartbeat(fit([2, 1, 3]))).toEqual([1, 3])
    expect(await second.heartbeat(fit([0]))).toEqual([0, 2])
    await first.heartbeat(fit([3]))
    await lapse()
    for (let i = 0; i < 2; i++) expect(await second.heartbeat(fit([0, 2]))).toEqual([0, 2])

    expect(await first.heartbeat(fit([1, 3]))).toEqual([1, 3])
    expect(await second.heartbeat(fit([0, 2]))).toEqual([0, 2])
    await lapse()
    expect(await second.heartbeat(fit([0, 2]))).toEqual([0, 1, 2])
    await first.giveBackAll()
    await second.giveBackAll()
  })

  test("are taken before a worker says that it is ready, also when its Redis answered late", async () => {
    const proxy = await startTcpProxy(stores(), stores().redis.workerUrl)
    proxy.delay(100)
    const redis = { ...stores().redis, workerUrl: proxy.urlOf(stores().redis.workerUrl) }
    const late = await startWorker({ ...stores(), redis })
    await late.ready()
    expect(await shares()).toEqual([SHARDS])
    await late.stop()
  })

  test("are not given to a worker with another INBOX_SHARDS than the data's, which exits", async () => {
    const worker = await startWorkerProcess(stores(), { INBOX_SHARDS: "7" })
    expect(await worker.app.exited).toBe(1)
  }, 60_000)

  test("are given back by a stop under load in less than 10 s, and nothing is lost", async () => {
    const worker = await startWorkerProcess(stores())
    await worker.app.waitReady()
    const booth = await openBooth(stores())
    await openPoll(sql, booth.redis, "stopping")
    const flood = Promise.all(
      Array.from({ length: 3_000 }, (_, i) => booth.cast("stopping", voter(`f${i}`), "b")),
    )
    const start = performance.now()
    await worker.app.stop(10_000)
    expect(performance.now() - start).toBeLessThan(10_000)
    expect(await shares()).toEqual([])
    await flood
    const next = await startWorker(stores())
    await waitFor("all 3,000", async () => {
      const [row] =
        await sql`SELECT sum(votes)::integer AS n FROM tallies JOIN polls ON poll = number WHERE id = 'stopping'`
      return row?.n === 3_000
    })
    await next.stop()
  }, 60_000)
})

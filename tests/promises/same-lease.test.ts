import { beforeAll, describe, expect, test } from "bun:test"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { RedisReader } from "@tallyroom/lib/inbox/redis/read"
import { createRegistry } from "@tallyroom/lib/process/management"
import { auditPolls } from "../../apps/worker/audit/audit"
import { Counter, PositionMoved } from "../../apps/worker/counting/counter"
import { createMetrics } from "../../apps/worker/metrics"
import { bookLosses, recordAccepted } from "../../apps/worker/source/redis-losses"
import { quiet } from "../../scripts/services/apps/worker-in-process"
import { useStores } from "../harness/stores"
import { makePoll, openBooth, voter } from "../harness/tallyroom"
import { HOLDER, openWorkerSteps, type WorkerSteps } from "../harness/worker-steps"

const stores = useStores()
let steps: WorkerSteps

beforeAll(async () => {
  steps = await openWorkerSteps(stores(), 1)
})

/** Counts shard 0 over these connections, as the holder of its lease. */
function counterOf(sql: Database): Counter {
  const { redis, polls } = steps
  const acceptedOf = async () => new Map<number, number>()
  const inbox = Object.assign(new RedisReader(0, redis, redis), { acceptedOf, forget: async () => {} })
  const metrics = createMetrics(createRegistry("worker"))
  return new Counter(0, { sql, commits: sql, inbox, polls, worker: HOLDER, metrics, log: quiet })
}

describe("two workers that believe that they hold the same lease", () => {
  test("count nothing twice, whichever commits first", async () => {
    await makePoll(steps.sql, "twin")
    await steps.project()
    const booth = await openBooth(stores(), 1)
    const VOTERS = 2_000
    for (let from = 0; from < VOTERS; from += 200) {
      await Promise.all(
        Array.from({ length: 200 }, (_, i) => booth.cast("twin", voter(`t${from + i}`), i % 2 ? "a" : "b")),
      )
    }
    let won = 0
    let refused = 0
    const work = async () => {
      for (;;) {
        const batch = await steps.read(0, 37)
        if (batch.size === 0) return
        if (await steps.commit(0, batch)) won++
        else refused++
        await steps.release(0)
      }
    }
    await Promise.all([work(), work(), work()])
    expect(won).toBeGreaterThanOrEqual(Math.ceil(VOTERS / 37))
    expect(refused).toBeGreaterThan(0)
    const [books] = await auditPolls(steps.sql, steps.redis)
    expect(books).toMatchObject({ accepted: VOTERS, counted: VOTERS, recount: VOTERS, late: 0, faults: [] })
  })
})

describe("a worker that began anew", () => {
  test("takes no position while Postgres still writes an earlier batch, and says so", async () => {
    const impatient = openDatabase(stores().database.workerUrl, {
      name: "test",
      connections: 1,
      answerMs: 1_000,
    })
    const { promise: written, resolve: write } = Promise.withResolvers<void>()
    const { promise: writing, resolve: begin } = Promise.withResolvers<void>()
    const earlier = steps.sql.begin(async (transaction) => {
      await transaction`SELECT FROM shards WHERE shard = 0 FOR UPDATE`
      begin()
      await written
    })
    await writing
    const counter = counterOf(impatient)
    try {
      await expect(counter.begin()).rejects.toThrow("Postgres still writes an earlier batch")
    } finally {
      write()
      await earlier
    }
    expect(await counter.begin()).toBe(true)
    await impatient.end({ timeout: 1 })
  })

  test("counts and books nothing by what is left of its earlier beginning", async () => {
    const { sql, redis, polls } = steps
    await makePoll(sql, "anew")
    await steps.project()
    const booth = await openBooth(stores(), 1)
    const [earlier, now] = [counterOf(sql), counterOf(sql)]
    expect([await earlier.begin(), await now.begin()]).toEqual([true, true])
    await booth.cast("anew", voter("x"), "a")
    const number = polls.all().find(({ id }) => id === "anew")?.number ?? 0
    await recordAccepted(sql, now.holding(), new Map([[number, 1]]))
    const booksOf = async () => (await auditPolls(sql, redis)).find(({ poll }) => poll === "anew")

    await recordAccepted(sql, earlier.holding(), new Map([[number, 2]]))
    expect(await bookLosses(sql, earlier.holding())).toEqual([])
    await expect(earlier.drain()).rejects.toBeInstanceOf(PositionMoved)
    await expect(earlier.moveTo({ ms: 1, seq: 1 })).rejects.toBeInstanceOf(PositionMoved)
    expect(await booksOf()).toMatchObject({ accepted: 1, counted: 0, lost: 0 })

    await now.drain()
    expect(await booksOf()).toMatchObject({ accepted: 1, counted: 1, lost: 0, faults: [] })
  })
})

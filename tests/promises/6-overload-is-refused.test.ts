// Runs alone: it measures how soon voters are refused.
import { beforeAll, describe, expect, setSystemTime, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import { RedisAppender } from "@tallyroom/lib/inbox/redis/append"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import { RedisClock } from "@tallyroom/lib/inbox/redis/clock"
import { auditPolls } from "../../apps/worker/audit/audit"
import { type AppProcess, startVoteProcess } from "../../scripts/services/apps/start-apps"
import { castOnce, castUntilAnswered, crowd, person } from "../../scripts/services/apps/voters"
import { startWorker } from "../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { useStores } from "../harness/stores"
import { openBooth, voter } from "../harness/tallyroom"
import { startTcpProxy } from "../harness/tcp-proxy"

const POLL = "cats-vs-dogs"
const LIMIT = 400
/** The vote app allows itself 200 ms; a busy test machine adds its own delay. */
const PATIENCE_MS = 1_000
const stores = useStores()
let at: Awaited<ReturnType<typeof startWorker>>
let vote: AppProcess

beforeAll(async () => {
  at = await startWorker(stores())
  vote = await startVoteProcess(stores(), { BACKLOG_LIMIT: String(LIMIT) })
})

async function expectRefused(response: Response | null, kind: string): Promise<void> {
  expect(response?.status).toBe(503)
  expect(response?.headers.get("retry-after")).toMatch(/^\d+$/)
  expect(await response?.json()).toMatchObject({ type: `/problems/${kind}`, status: 503 })
}

/** What vote does with a ballot, in this process. */
async function openAppender(whose: string) {
  const redis = openRedis(stores().redis.adminUrl)
  stores().defer(() => redis.disconnect())
  await waitFor("the connection", () => redis.status === "ready")
  const clock = new RedisClock(redis)
  const appender = new RedisAppender(redis, LIMIT, 150, clock)
  const [number, eligibility] = await redis.hmget(keys.poll(0, POLL), "number", "eligibility")
  const terms = `${number} ${eligibility}`
  const cast = (when: string) =>
    appender.append({ shard: 0, pollId: POLL, voter: voter(`${when} ${whose}`), option: "a", terms })
  return { redis, clock, cast }
}

/** Casts a ballot while Redis stands still, which goes on as soon as the ballot is given up. */
async function castInVain(cast: (when: string) => Promise<unknown>, when: string): Promise<void> {
  const { pid } = stores().redis
  if (pid === undefined) throw new Error("Redis does not run")
  process.kill(pid, "SIGSTOP")
  const goOn = () => process.kill(pid, "SIGCONT")
  const refusal = await cast(when).then(goOn, (error) => {
    goOn()
    return error
  })
  expect(refusal).toMatchObject({ perhaps: true })
}

describe("promise 6: overload is refused, not lost", () => {
  test("while Redis holds its answers back, a vote gets 503 at once, and may be sent again", async () => {
    const who = person()
    expect((await castUntilAnswered([vote.url], POLL, person(), "a")).status).toBe(201)
    const { pid } = stores().redis
    if (pid === undefined) throw new Error("Redis does not run")
    process.kill(pid, "SIGSTOP")
    try {
      for (let i = 0; i < 3; i++) {
        const start = performance.now()
        await expectRefused(await castOnce(vote.url, POLL, who, "a"), "inbox-away")
        expect(performance.now() - start).toBeLessThan(PATIENCE_MS)
      }
    } finally {
      process.kill(pid, "SIGCONT")
    }
    const answer = await waitFor("an answer", async () => {
      const response = await castOnce(vote.url, POLL, who, "b")
      return response?.status === 503 ? false : response
    })
    // The stopped Redis found the first ballots past their deadline, and so the later choice is the one that counts.
    expect(answer?.status).toBe(201)
  })

  test.each([
    ["this machine's clock", () => setSystemTime(Date.now() + 60_000)],
    ["Redis's clock", (clock: RedisClock) => clock.learn(Date.now() + 60_000, performance.now())],
  ])("a ballot that was answered 503 does not count later, though %s was set before", async (whose, set) => {
    const { redis, clock, cast } = await openAppender(whose)
    expect((await cast("before")).kind).toBe("accepted")
    set(clock)
    await castInVain(cast, "late").finally(() => setSystemTime())
    await waitFor("the new connection", () => redis.ping().catch(() => false))
    expect(await redis.hget(keys.voters(0, POLL), voter(`late ${whose}`))).toBeNull()
    // While Redis answers, no voter notices that a clock was set.
    set(clock)
    expect((await cast("after").finally(() => setSystemTime())).kind).toBe("accepted")
  })

  test("a ballot that was answered 503 does not count later, though Redis goes on in the same millisecond", async () => {
    const { redis, cast } = await openAppender("soon")
    for (let i = 0; i < 10; i++) {
      expect((await cast(`before ${i}`)).kind).toBe("accepted")
      await castInVain(cast, `late ${i}`)
      await waitFor("the new connection", () => redis.ping().catch(() => false))
      expect(await redis.hget(keys.voters(0, POLL), voter(`late ${i} soon`))).toBeNull()
    }
  })

  test("over a way of 200 ms to Redis votes are taken, pages are shown, and a ballot without an answer is taken perhaps", async () => {
    const proxy = await startTcpProxy(stores(), stores().redis.adminUrl)
    proxy.delay(100)
    const far = await startVoteProcess(stores(), { REDIS_URL: proxy.urlOf(stores().redis.voteUrl) })
    const statuses = new Set<number | undefined>()
    await crowd(20, 10, async () => {
      statuses.add((await castOnce(far.url, POLL, person(), "a"))?.status)
    })
    expect([...statuses]).toEqual([201])
    expect((await fetch(`${far.url}/polls/${POLL}`)).status).toBe(200)
    proxy.delay(10_000)
    const unanswered = await castOnce(far.url, POLL, person(), "a")
    expect(unanswered?.status).toBe(503)
    expect(await unanswered?.json()).toMatchObject({ type: "/problems/inbox-away", taken: "perhaps" })
  })

  test("while Redis is gone, a vote gets 503, and may be sent again", async () => {
    await stores().redis.kill9()
    const start = performance.now()
    await expectRefused(await castOnce(vote.url, POLL, person(), "a"), "inbox-away")
    expect(performance.now() - start).toBeLessThan(PATIENCE_MS)
    await stores().redis.start()
    // 40 people fall into every shard, so each must be open again.
    await crowd(40, 8, async () => {
      expect((await castUntilAnswered([vote.url], POLL, person(), "a")).status).toBe(201)
    })
  })

  test("votes past the backlog limit are refused until the backlog is counted", async () => {
    await at.stop()
    const who = person()
    const first = await castUntilAnswered([vote.url], POLL, who, "a")
    const statuses = new Map<number, number>()
    await crowd(LIMIT * 2, 32, async () => {
      const status = (await castOnce(vote.url, POLL, person(), "a"))?.status ?? 0
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    })
    expect([...statuses.keys()].sort()).toEqual([201, 503])
    expect(statuses.get(201)).toBeLessThanOrEqual(LIMIT)
    // A ballot that was accepted is still answered with its receipt.
    const again = await castUntilAnswered([vote.url], POLL, who, "a")
    expect(again.status).toBe(200)
    expect(again.body.receipt).toBe(first.body.receipt ?? "none")

    at = await startWorker(stores())
    await at.ready()
    const booth = await openBooth(stores())
    await waitFor("the backlog to be counted", async () => (await booth.redis.xlen(keys.inbox(0))) === 0)
    expect((await castUntilAnswered([vote.url], POLL, person(), "a")).status).toBe(201)
    const books = async () => (await auditPolls(at.sql, booth.redis))[0]
    await becomes(books, expect.objectContaining({ pending: 0, faults: [] }))
  })
})

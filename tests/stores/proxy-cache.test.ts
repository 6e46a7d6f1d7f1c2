/** Result behind a real cache: nginx with docs/proxies/nginx-cache.conf. */

import { beforeAll, describe, expect, test } from "bun:test"
import type { Database } from "@tallyroom/lib/database"
import {
  ADMIN,
  definition,
  openTables,
  type ResultApp,
  startResultApp,
} from "../../apps/result/testing/result"
import { watchPoll } from "../../apps/result/testing/viewer"
import { addVotes, receiptOf } from "../../apps/result/testing/votes"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { becomes } from "../harness/becomes"
import { startNginx } from "../harness/nginx"
import { useStores } from "../harness/stores"

const CACHE_PORT = 9182
const RESULT_PORT = 8081
/** An answer is kept for a second, and shown for five more while the next one is fetched. */
const KEPT_MS = 6_000

const stores = useStores()
let sql: Database
let result: ResultApp
/** How often result was asked for each path. */
let asked: Map<string, number>
let cache: string

beforeAll(async () => {
  sql = await openTables(stores())
  result = await startResultApp(stores())
  await result.listening()
  asked = new Map()
  const counted = startCounter(stores(), result.address)
  cache = await startNginx(stores(), "nginx-cache.conf", CACHE_PORT, { [RESULT_PORT]: counted })
}, 120_000)

/** Hands requests on, and counts them. */
function startCounter({ defer }: OwnStores, target: string): string {
  const server = Bun.serve({
    ...{ port: 0, hostname: "127.0.0.1" },
    fetch(request) {
      const { pathname, search } = new URL(request.url)
      asked.set(pathname, (asked.get(pathname) ?? 0) + 1)
      return fetch(`${target}${pathname}${search}`, { headers: request.headers, decompress: false })
    },
  })
  defer(() => server.stop(true))
  return `http://127.0.0.1:${server.port}`
}

const total = async (poll: string, query = "", headers = {}) => {
  const answer = await fetch(`${cache}/api/polls/${poll}/snapshot${query}`, { headers })
  return answer.status === 200 ? ((await answer.json()) as { total?: number }).total : answer.status
}

/** Many ask all the time, for so long. @returns the totals that they were told, in order, and how many they were */
async function crowdAsks(poll: string, forMs: number, at = cache) {
  const end = performance.now() + forMs
  const totals: number[] = []
  const one = async () => {
    for (let last = -1; performance.now() < end; ) {
      const answer = await fetch(`${at}/api/polls/${poll}/results`)
      const { total } = (await answer.json()) as { total: number }
      if (total !== last) totals.push(total)
      last = total
    }
  }
  await Promise.all(Array.from({ length: 30 }, one))
  return totals
}

describe("a cache in front of result", () => {
  test("has a crowd ask result once a second for a poll, and shows it what is new", async () => {
    await result.send("POST", "/api/polls", definition("crowd"))
    await addVotes(sql, "crowd", "a", 1)
    const began = performance.now()
    const crowd = crowdAsks("crowd", 4_000)
    await Bun.sleep(1_500)
    await addVotes(sql, "crowd", "a", 1)
    const totals = await crowd
    const seconds = (performance.now() - began) / 1_000
    const times = asked.get("/api/polls/crowd/results") ?? 0
    expect(times).toBeGreaterThan(1)
    expect(times).toBeLessThanOrEqual(Math.ceil(seconds) + 1)
    expect(totals).toEqual(totals.toSorted())
    expect(totals.at(-1)).toBe(2)
  }, 60_000)

  test("keeps nothing of what only voters and admins may see", async () => {
    await result.send("POST", "/api/polls", definition("voters", { results: "after-vote" }))
    await addVotes(sql, "voters", "a", 7)
    const receipt = await receiptOf(sql, "voters", 1_000)
    expect(await total("voters", `?receipt=${receipt}`)).toBe(7)
    expect(await total("voters", "", ADMIN)).toBe(7)
    expect(await total("voters")).toBeUndefined()
    expect(await total("voters", "", ADMIN)).toBe(7)
    const path = "/api/polls/voters/snapshot"
    const before = asked.get(path) ?? 0
    for (let i = 0; i < 3; i++) await total("voters", `?receipt=${receipt}`)
    expect(asked.get(path)).toBe(before + 3)
    expect((await fetch(`${cache}/api/polls/voters/results`)).status).toBe(403)
  })

  test("shows results no longer than it may after they were hidden, and after their poll was deleted", async () => {
    await result.send("POST", "/api/polls", definition("withdrawn"))
    await addVotes(sql, "withdrawn", "a", 5)
    await becomes(() => total("withdrawn"), 5)
    await result.send("PATCH", "/api/polls/withdrawn", { results: "after-close" })
    const hidden = performance.now()
    while ((await total("withdrawn")) === 5) expect(performance.now() - hidden).toBeLessThan(2 * KEPT_MS)
    expect(await total("withdrawn")).toBeUndefined()
    await result.send("DELETE", "/api/polls/withdrawn?confirm=withdrawn")
    const deleted = performance.now()
    while ((await total("withdrawn")) === undefined)
      expect(performance.now() - deleted).toBeLessThan(2 * KEPT_MS)
    expect(await total("withdrawn")).toBe(410)
  }, 60_000)

  test("hands WebSockets on", async () => {
    await result.send("POST", "/api/polls", definition("live"))
    const direct = await startNginx(stores(), "nginx-cache.conf", CACHE_PORT, {
      [RESULT_PORT]: result.address,
    })
    const viewer = watchPoll(direct, "poll=live")
    await viewer.sees("a snapshot", ({ total }) => total === 0)
    await addVotes(sql, "live", "b", 2)
    await viewer.sees("the votes", ({ total }) => total === 2)
  })
})

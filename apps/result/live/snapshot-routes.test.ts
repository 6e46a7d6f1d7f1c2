/** The snapshot over HTTP, for viewers without a WebSocket. */

import { beforeAll, expect, test } from "bun:test"
import type { Database } from "@tallyroom/lib/database"
import { becomes } from "../../../tests/harness/becomes"
import { addRankings } from "../../../tests/harness/rankings"
import { useStores } from "../../../tests/harness/stores"
import { makePoll } from "../../../tests/harness/tallyroom"
import type { Snapshot } from "../tally/snapshot"
import { ADMIN, definition, openTables, type ResultApp, startResultApp } from "../testing/result"
import { watchPoll } from "../testing/viewer"
import { addVotes, receiptOf } from "../testing/votes"
import type { LiveMessage } from "./live-message"

const stores = useStores()
let sql: Database
let one: ResultApp
let other: ResultApp

beforeAll(async () => {
  sql = await openTables(stores())
  one = await startResultApp(stores())
  other = await startResultApp(stores())
  await Promise.all([one.listening(), other.listening()])
})

const SHARED = "public, max-age=1, stale-while-revalidate=5"
const PRIVATE = "private, no-store"

const snapshot = async (app: ResultApp, poll: string, query = "", headers: Record<string, string> = {}) => {
  const answer = await app.get(`/api/polls/${poll}/snapshot${query}`, headers)
  return {
    ...{
      status: answer.status,
      cache: answer.headers.get("cache-control"),
      etag: answer.headers.get("etag"),
    },
    told: answer.status === 200 ? ((await answer.json()) as Snapshot & LiveMessage) : null,
  }
}

test("says what a WebSocket says at first, for a cache to show to everybody", async () => {
  await one.send("POST", "/api/polls", definition("plain"))
  await addVotes(sql, "plain", "a", 3)
  const { told, cache, etag } = await snapshot(one, "plain")
  const live = await watchPoll(one.address, "poll=plain").sees("a snapshot", () => true)
  expect([told, cache]).toEqual([live as typeof told, SHARED])
  const again = await snapshot(other, "plain", "", { "if-none-match": `W/${etag}` })
  expect([again.status, again.cache, again.etag]).toEqual([304, SHARED, etag])
  await addVotes(sql, "plain", "a", 1)
  await becomes(async () => (await snapshot(one, "plain")).told?.total, 4)
  expect((await snapshot(one, "plain", "", { "if-none-match": etag ?? "" })).told?.total).toBe(4)
})

test("whoever asks is counted, also where nothing has changed since", async () => {
  const app = await startResultApp(stores())
  await app.send("POST", "/api/polls", definition("metered"))
  const { etag } = await snapshot(app, "metered")
  expect((await snapshot(app, "metered", "", { "if-none-match": etag ?? "" })).status).toBe(304)
  expect((await snapshot(app, "nowhere")).status).toBe(404)
  expect(await app.registry.metrics()).toMatch(/^tallyroom_result_snapshots_asked_total\{.*\} 2$/m)
})

test("shows what only voters or admins may see to nobody else, and to no cache", async () => {
  await one.send("POST", "/api/polls", definition("voters", { results: "after-vote" }))
  await addVotes(sql, "voters", "a", 2)
  const receipt = await receiptOf(sql, "voters", 1_000)
  const anybody = await snapshot(one, "voters")
  expect([anybody.told?.hidden, anybody.told?.total, anybody.cache]).toEqual([true, undefined, SHARED])
  const seen = [
    await snapshot(one, "voters", `?receipt=${receipt}`),
    await snapshot(one, "voters", "?admin=1", ADMIN),
  ]
  for (const { told, cache } of seen) expect([told?.total, cache]).toEqual([2, PRIVATE])
  const asPublic = await snapshot(one, "voters", "?view=public", ADMIN)
  expect([asPublic.told?.hidden, asPublic.etag]).toEqual([true, anybody.etag])
})

test("a hidden snapshot stays the same while votes come, so that caches learn nothing of them", async () => {
  await one.send("POST", "/api/polls", definition("later", { results: "after-close" }))
  const before = await snapshot(one, "later")
  await addVotes(sql, "later", "b", 9)
  await becomes(async () => (await snapshot(one, "later", "?admin=1", ADMIN)).told?.total, 9)
  expect(await snapshot(one, "later")).toEqual(before)
})

test("a draft is shown to admins alone, and no cache keeps it, even as the public would see it", async () => {
  await one.send("POST", "/api/polls", definition("draft", { state: "draft" }))
  expect((await snapshot(one, "draft")).status).toBe(404)
  for (const query of ["?admin=1", "?admin=1&view=public"]) {
    const { status, cache } = await snapshot(one, "draft", query, ADMIN)
    expect([status, cache]).toEqual([200, PRIVATE])
  }
})

/** Asks until this process keeps its answer for a second. */
async function crowd(app: ResultApp, poll: string) {
  for (let i = 0; i < 15; i++) {
    await Promise.all([snapshot(app, poll), app.get(`/api/polls/${poll}/results`)])
    await Bun.sleep(60)
  }
}

test("a poll that was hidden or deleted by another process is shown to no crowd any more", async () => {
  await one.send("POST", "/api/polls", definition("withdrawn"))
  await addVotes(sql, "withdrawn", "a", 5)
  await crowd(other, "withdrawn")
  expect((await snapshot(other, "withdrawn")).told?.total).toBe(5)
  await one.send("PATCH", "/api/polls/withdrawn", { results: "after-close" })
  await becomes(async () => (await snapshot(other, "withdrawn")).told?.hidden, true)
  expect((await other.get("/api/polls/withdrawn/results")).status).toBe(403)
  await crowd(other, "withdrawn")
  await one.send("DELETE", "/api/polls/withdrawn?confirm=withdrawn")
  await becomes(async () => (await snapshot(other, "withdrawn")).status, 410)
  const gone = await snapshot(other, "withdrawn")
  expect([gone.status, gone.cache]).toEqual([410, "no-store"])
})

test("has what rankings decide, and a tag that changes with it", async () => {
  await makePoll(sql, "ranked", { ballot: { method: "rank", max: "all", abstain: true } })
  await addRankings(sql, "ranked", { AB: 2, BA: 1 })
  await becomes(async () => (await snapshot(one, "ranked")).told?.outcome?.outcome.winners, ["a"])
  const { told, etag } = await snapshot(one, "ranked")
  expect(etag).toBe(`"${told?.number}.${told?.version}.${told?.outcome?.version}.now"`)
})

/** `?after=`: whichever replica a client asks, it gets nothing older than what it has. */

import { beforeAll, expect, test } from "bun:test"
import type { Database } from "@tallyroom/lib/database"
import { becomes } from "../../../tests/harness/becomes"
import { useStores } from "../../../tests/harness/stores"
import type { Snapshot } from "../tally/snapshot"
import { ADMIN, definition, openTables, type ResultApp, startResultApp } from "../testing/result"
import { handshake, watchPoll } from "../testing/viewer"
import { addVotes } from "../testing/votes"

const stores = useStores()
let sql: Database
let one: ResultApp
let other: ResultApp

beforeAll(async () => {
  sql = await openTables(stores())
  one = await startResultApp(stores())
  other = await startResultApp(stores())
})

const results = async (app: ResultApp, poll: string, query = "") =>
  (await (await app.get(`/api/polls/${poll}/results${query}`)).json()) as Snapshot

test("a client that goes on at another replica gets nothing older than it has", async () => {
  await one.send("POST", "/api/polls", definition("hop"))
  for (let round = 0; round < 15; round++) {
    // The other replica has an answer that it may use again.
    const before = await results(other, "hop")
    await addVotes(sql, "hop", "a", 1)
    const { version, total } = await newerThan(before.version)
    const hopped = await results(other, "hop", `?after=${version}`)
    expect(hopped.total).toBe(total)
    expect(hopped.version).toBeGreaterThanOrEqual(version)
  }
})

/** What the first replica has once it has more than this version. */
async function newerThan(version: number): Promise<Snapshot> {
  for (;;) {
    const found = await results(one, "hop")
    if (found.version > version) return found
  }
}

test("an answer that is not there yet is waited for", async () => {
  await one.send("POST", "/api/polls", definition("wait"))
  const { version } = await results(one, "wait")
  const next = results(one, "wait", `?after=${version + 1}`)
  await addVotes(sql, "wait", "b", 3)
  expect((await next).total).toBe(3)
})

test("where there is nothing so new, a client is told when to ask again, over HTTP and at the handshake", async () => {
  await one.send("POST", "/api/polls", definition("patience"))
  const { version } = await results(one, "patience")
  const ask = `after=${version + 1}`
  const answers = await Promise.all([
    one.get(`/api/polls/patience/results?${ask}`),
    one.get(`/api/polls/patience/results.csv?${ask}`),
  ])
  for (const answer of answers) {
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"])
    expect(await answer.json()).toMatchObject({
      type: "/problems/nothing-so-new",
      title: "There is nothing so new here yet",
    })
  }
  expect(await handshake(one.address, `poll=patience&${ask}`)).toBe(503)
  expect(await handshake(one.address, `poll=patience&after=${version}`)).toBe(101)
})

test("a live channel begins with nothing older than the client has, also where counts are hidden", async () => {
  await one.send("POST", "/api/polls", definition("live", { results: "after-close" }))
  const admin = (await (await one.get("/api/polls/live/results", ADMIN)).json()) as Snapshot
  await other.get("/api/polls/live/results")
  await addVotes(sql, "live", "a", 2)
  const asks = `poll=live&admin=1&after=${admin.version + 1}`
  const viewer = watchPoll(other.address, asks, ADMIN)
  expect((await viewer.sees("a snapshot", () => true)).total).toBe(2)
  const hidden = await watchPoll(one.address, "poll=live").sees("a snapshot", () => true)
  const again = watchPoll(other.address, `poll=live&after=${hidden.version}&number=${hidden.number}`)
  expect((await again.sees("a snapshot", () => true)).version).toBe(hidden.version)
})

test("a later poll under the same id is new enough, and where there is no poll any more that is said", async () => {
  await one.send("POST", "/api/polls", definition("reborn"))
  await addVotes(sql, "reborn", "a", 5)
  await one.send("PATCH", "/api/polls/reborn", { title: "Another title" })
  const { version, number } = await results(other, "reborn")
  await sql`DELETE FROM polls WHERE id = 'reborn'`
  await becomes(async () => (await other.get("/api/polls/reborn/results")).status, 404)
  expect((await other.get(`/api/polls/reborn/results?after=${version}&number=${number}`)).status).toBe(404)
  await other.send("POST", "/api/polls", definition("reborn"))
  const fresh = await results(one, "reborn", `?after=${version}&number=${number}`)
  expect(fresh.number).toBeGreaterThan(number)
})

test.each(["", "x", "-1", "1.5", "99999999999999999999"])("the version %p is refused", async (after) => {
  await one.send("POST", "/api/polls", definition("shape"))
  const answer = await one.get(`/api/polls/shape/results?after=${after}`)
  expect([answer.status, (await answer.json()).type]).toEqual([400, "/problems/request-malformed"])
})

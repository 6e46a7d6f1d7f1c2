// Runs alone: it measures the pace of news.
import { beforeAll, expect, test } from "bun:test"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { waitFor } from "../../../scripts/services/wait"
import { useStores } from "../../../tests/harness/stores"
import type { Snapshot } from "../tally/snapshot"
import { definition, openTables, type ResultApp, startResultApp } from "../testing/result"
import { handshake, watchPoll } from "../testing/viewer"
import { addVotes } from "../testing/votes"

const stores = useStores()
let sql: Database
let result: ResultApp
let replica: ResultApp

beforeAll(async () => {
  sql = await openTables(stores())
  result = await startResultApp(stores())
  replica = await startResultApp(stores())
  await result.listening()
  await replica.listening()
})

test("two replicas send snapshots whose versions only grow, and whose contents are equal where the versions are", async () => {
  await result.send("POST", "/api/polls", definition("twins"))
  const viewers = [watchPoll(result.address, "poll=twins"), watchPoll(replica.address, "poll=twins")]
  await Promise.all(viewers.map((viewer) => viewer.sees("a snapshot", () => true)))
  const writers = [0, 1, 2, 3].map(async (shard) => {
    for (let i = 0; i < 60; i++) {
      await addVotes(sql, "twins", Math.random() < 0.5 ? "a" : "b", 1 + Math.floor(Math.random() * 5), shard)
      if (i % 20 === shard) await result.send("PATCH", "/api/polls/twins", { title: `Turn ${shard} ${i}` })
      await Bun.sleep(Math.random() * 12)
    }
  })
  await Promise.all(writers)
  const [row] = await sql`SELECT sum(votes)::bigint AS votes FROM tallies`
  for (const viewer of viewers) await viewer.sees("all votes", ({ total }) => total === row?.votes)
  const contents = new Map<number, string>()
  for (const { snapshots } of viewers) {
    expect(snapshots.length).toBeGreaterThan(5)
    snapshots.forEach((snapshot, i) => {
      expect(snapshot.version).toBeGreaterThan(snapshots[i - 1]?.version ?? -1)
      const content = JSON.stringify(snapshot)
      expect(contents.get(snapshot.version) ?? content).toBe(content)
      contents.set(snapshot.version, content)
    })
  }
})

test("a change after quiet is seen at once, and a flood of them at most 40 times a second", async () => {
  await result.send("POST", "/api/polls", definition("pace"))
  const viewer = watchPoll(result.address, "poll=pace")
  await viewer.sees("a snapshot", () => true)
  await waitFor("quiet", () => result.hub.viewers > 0)
  const times: number[] = []
  viewer.socket.addEventListener("message", () => times.push(performance.now()))
  const start = performance.now()
  for (let i = 1; i <= 200; i++) await addVotes(sql, "pace", "a", 1)
  await viewer.sees("all votes", ({ total }) => total === 200)
  const seconds = (performance.now() - start) / 1_000
  expect(times[0]).toBeLessThan(start + 100)
  expect(times.length).toBeLessThanOrEqual(40 * seconds + 2)
})

test("a change is seen within 1.5 s while the listening connection is cut, and at once when it is back", async () => {
  await result.send("POST", "/api/polls", definition("cut"))
  const viewer = watchPoll(result.address, "poll=cut")
  await viewer.sees("a snapshot", () => true)
  const admin = openDatabase(stores().database.adminUrl, { name: "test-admin", connections: 1 })
  const [database] = await admin`SELECT current_database() AS name`
  // What is connected stays so, but the listener can't come back.
  await admin`REVOKE CONNECT ON DATABASE ${admin(database?.name)} FROM tallyroom_result`
  await admin`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'tallyroom-result-hears' AND datname = current_database()`
  await waitFor("the loss to be noticed", () => result.listener.state === "away")
  await addVotes(sql, "cut", "a", 1)
  await viewer.sees("the vote", ({ total }) => total === 1, 1_500)
  await admin`GRANT CONNECT ON DATABASE ${admin(database?.name)} TO tallyroom_result`
  await result.listening()
  await addVotes(sql, "cut", "a", 1)
  await viewer.sees("the next vote", ({ total }) => total === 2, 200)
  await admin.end()
})

test("a crowd gets fewer snapshots, so that the deliveries stay within the budget", async () => {
  const crowded = await startResultApp(stores(), { deliveriesPerSecond: 10 })
  await crowded.listening()
  await result.send("POST", "/api/polls", definition("crowd"))
  const viewers = [1, 2, 3, 4].map(() => watchPoll(crowded.address, "poll=crowd"))
  await Promise.all(viewers.map((viewer) => viewer.sees("a snapshot", () => true)))
  const start = performance.now()
  for (let i = 0; i < 100; i++) {
    await addVotes(sql, "crowd", "a", 1)
    await Bun.sleep(8)
  }
  for (const viewer of viewers) await viewer.sees("all votes", ({ total }) => total === 100)
  const seconds = (performance.now() - start) / 1_000
  for (const { snapshots } of viewers) expect(snapshots.length).toBeLessThanOrEqual((10 / 4) * seconds + 3)
})

const LONG_OPTIONS = Array.from({ length: 50 }, (_, i) => ({
  ...{ id: `o${i}`, label: `${i} ${"é".repeat(70)}`, emoji: "🐈", colour: "#804000" },
  image: `https://pictures.test/${i}/${"x".repeat(400)}`,
}))

test("options go to a viewer once and numbers from then on, and a page of an earlier version gets whole snapshots, but less often", async () => {
  await result.send("POST", "/api/polls", { ...definition("long"), options: LONG_OPTIONS })
  const page = watchPoll(result.address, "poll=long&then=numbers")
  const old = watchPoll(replica.address, "poll=long")
  const size = JSON.stringify(await old.sees("a snapshot", () => true)).length
  await page.sees("a snapshot", () => true)
  const start = performance.now()
  for (let i = 1; i <= 120; i++) {
    await addVotes(sql, "long", `o${i % 50}`, 1)
    await Bun.sleep(8)
  }
  await page.sees("all votes", ({ total }) => total === 120)
  const last = await old.sees("all votes", ({ total }) => total === 120)
  const seconds = (performance.now() - start) / 1_000
  expect(page.snapshots.at(-1)).toEqual(last)
  expect(page.lengths.length).toBeGreaterThan(5)
  for (const length of page.lengths.slice(1)) expect(length).toBeLessThan(500)
  expect(old.lengths.length * size).toBeLessThanOrEqual(64 * 1_024 * seconds + 2 * size)

  const has = `after=${last.version}&number=${last.number}`
  const again = watchPoll(result.address, `poll=long&then=numbers&${has}`, {}, last)
  await again.sees("what it has", () => true)
  expect(again.lengths[0]).toBeLessThan(500)
  expect(again.snapshots[0]).toEqual(last)
  await result.send("PATCH", "/api/polls/long", { results: "after-close" })
  for (const viewer of [page, old, again]) {
    await viewer.sees("that results are hidden", ({ hidden, total }) => hidden && total === undefined)
  }
  await result.send("PATCH", "/api/polls/long", { results: "live" })
  for (const viewer of [page, old, again]) {
    const shown = await viewer.sees("the votes again", (it) => it.version > last.version && it.total === 120)
    expect(shown.options).toEqual(last.options)
  }
})

test("a scheduled moment is shown when it passes", async () => {
  await result.send("POST", "/api/polls", definition("planned", { opensAt: "2040-01-01T00:00:00Z" }))
  const viewer = watchPoll(result.address, "poll=planned")
  await viewer.sees("the wait", ({ phase }) => phase === "scheduled")
  // However long a busy machine took for that, the moments come now, and nothing but the clock tells of them.
  await sql`UPDATE polls SET revision = revision + 1,
    opens_at = now() + interval '500 ms', closes_at = now() + interval '1 s' WHERE id = 'planned'`
  await viewer.sees("the opening", ({ phase }) => phase === "open", 2_000)
  await viewer.sees("the closing", ({ phase }) => phase === "closed", 2_000)
  const phases = viewer.snapshots.map(({ phase }) => phase)
  expect([...new Set(phases)]).toEqual(["scheduled", "open", "closed"])
  const versions = viewer.snapshots.map(({ version }) => version)
  expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b))
})

test("viewers of a scheduled poll that is made a draft again learn nothing more of it", async () => {
  await result.send("POST", "/api/polls", definition("shy", { opensAt: "2040-01-01T00:00:00Z" }))
  const viewer = watchPoll(result.address, "poll=shy")
  await viewer.sees("the announcement", ({ phase }) => phase === "scheduled")
  await result.send("PATCH", "/api/polls/shy", { state: "draft", opensAt: null, title: "Our secret" })
  expect(await viewer.closed).toBe(4410)
  expect(JSON.stringify(viewer.snapshots)).not.toContain("Our secret")
  expect(await handshake(result.address, "poll=shy")).toBe(404)
})

test("whatever a viewer sends ends its own connection and no other", async () => {
  await result.send("POST", "/api/polls", definition("garbage"))
  const good = watchPoll(result.address, "poll=garbage")
  await good.sees("a snapshot", () => true)
  const sent = [
    "{",
    '{"poll":1}',
    "null",
    "17",
    "x".repeat(100_000),
    new Uint8Array([0, 255, 1]),
    new Uint8Array(0),
    "",
  ]
  const codes = await Promise.all(
    sent.map(async (garbage) => {
      const viewer = watchPoll(result.address, "poll=garbage")
      await viewer.sees("a snapshot", () => true)
      viewer.socket.send(garbage)
      return viewer.closed
    }),
  )
  expect(codes.filter((code) => code === 1008 || code === 1003)).toHaveLength(sent.length - 1)
  expect(codes[4]).not.toBe(1000)
  await addVotes(sql, "garbage", "a", 1)
  await good.sees("the vote", ({ total }) => total === 1)
  expect(good.socket.readyState).toBe(WebSocket.OPEN)
})

test("a handshake is refused with a problem for an unknown poll, another site, too many viewers, or without a WebSocket", async () => {
  const small = await startResultApp(stores(), { maxViewers: 0, publicUrl: "https://watch.test/" })
  await result.send("POST", "/api/polls", definition("handshake"))
  expect(await handshake(result.address, "poll=nowhere")).toBe(404)
  expect(await handshake(result.address, "poll=%00'--")).toBe(404)
  expect(await handshake(result.address, "")).toBe(404)
  expect(await handshake(result.address, "poll=handshake", { origin: "https://elsewhere.test" })).toBe(403)
  expect(await handshake(result.address, "poll=handshake", { origin: "null" })).toBe(403)
  expect(await handshake(result.address, "poll=handshake", { origin: result.address })).toBe(101)
  expect(await handshake(result.address, "poll=handshake", { authorization: "Bearer wrong" })).toBe(401)
  expect(await handshake(small.address, "poll=handshake", { origin: "https://watch.test" })).toBe(503)
  const plain = await result.get("/live?poll=handshake")
  expect(plain.status).toBeGreaterThanOrEqual(400)
  expect(plain.headers.get("content-type")).toBe("application/problem+json")
})

test("viewers are counted, and told to connect again when the process stops", async () => {
  const leaving = await startResultApp(stores())
  await leaving.send("POST", "/api/polls", definition("farewell"))
  const viewers = [1, 2, 3].map(() => watchPoll(leaving.address, "poll=farewell"))
  await Promise.all(viewers.map((viewer) => viewer.sees("a snapshot", (it: Snapshot) => it.total === 0)))
  expect(await leaving.registry.metrics()).toMatch(/tallyroom_result_viewers\{.*\} 3/)
  leaving.closeViewers()
  for (const viewer of viewers) expect(await viewer.closed).toBe(1001)
  await waitFor("the viewers to be gone", () => leaving.hub.viewers === 0)
})

test("a handshake of which no socket comes takes no seat", async () => {
  const small = await startResultApp(stores(), { maxViewers: 2 })
  await result.send("POST", "/api/polls", definition("seats"))
  for (let i = 0; i < 3; i++) {
    expect(await handshake(small.address, "poll=seats", { "sec-websocket-version": "8" })).toBe(426)
    expect(await handshake(small.address, "poll=seats", { "sec-websocket-key": "short" })).toBe(400)
    expect(await handshake(small.address, "poll=nowhere")).toBe(404)
  }
  const viewers = [1, 2].map(() => watchPoll(small.address, "poll=seats"))
  for (const viewer of viewers) await viewer.sees("a snapshot", ({ total }) => total === 0)
  expect(await handshake(small.address, "poll=seats")).toBe(503)
  for (const { socket } of viewers) socket.close()
})

test("a burst of viewers doesn't pass the limit together", async () => {
  const small = await startResultApp(stores(), { maxViewers: 5 })
  await result.send("POST", "/api/polls", definition("burst", { state: "open" }))
  const sockets: WebSocket[] = []
  const opened = Array.from({ length: 40 }, () => {
    const socket = new WebSocket(`${small.address.replace("http", "ws")}/live?poll=burst`)
    sockets.push(socket)
    return new Promise<boolean>((resolve) => {
      socket.onopen = () => resolve(true)
      socket.onclose = () => resolve(false)
    })
  })
  expect((await Promise.all(opened)).filter(Boolean).length).toBeLessThanOrEqual(5)
  for (const socket of sockets) socket.close()
})

test("one network takes no more than its share of the seats, and gives them back", async () => {
  const shared = await startResultApp(stores(), { maxViewers: 4, networkShare: 50 })
  await result.send("POST", "/api/polls", definition("shared", { state: "open" }))
  const from = (address: string) => ({ "x-forwarded-for": address })
  const ask = (address: string) => handshake(shared.address, "poll=shared", from(address))
  const crowd = ["2001:db8::1", "2001:db8::2"].map((address) =>
    watchPoll(shared.address, "poll=shared", from(address)),
  )
  await Promise.all(crowd.map((viewer) => viewer.sees("a snapshot", () => true)))
  expect(await ask("2001:db8::3")).toBe(429)
  const other = watchPoll(shared.address, "poll=shared", from("192.0.2.1"))
  await other.sees("a snapshot", () => true)
  crowd[0]?.socket.close()
  await waitFor("the seat to be free", async () => (await ask("2001:db8::3")) === 101)
  for (const { socket } of [...crowd, other]) socket.close()
})

test("a poll may be called null", async () => {
  await result.send("POST", "/api/polls", definition("null", { state: "open" }))
  expect((await result.get("/api/polls/null/results")).status).toBe(200)
})

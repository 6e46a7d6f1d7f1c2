import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import type { Database } from "@tallyroom/lib/database"
import { useStores } from "../../../tests/harness/stores"
import { ADMIN, definition, openTables, type ResultApp, startResultApp } from "../testing/result"
import { handshake, watchPoll } from "../testing/viewer"
import { addVotes, receiptOf } from "../testing/votes"

const stores = useStores()
let sql: Database
let result: ResultApp

beforeAll(async () => {
  sql = await openTables(stores())
  result = await startResultApp(stores())
  await result.listening()
})

const MODES = [
  { mode: "live", state: "open", sees: { public: true, receipt: true, admin: true } },
  { mode: "after-vote", state: "open", sees: { public: false, receipt: true, admin: true } },
  { mode: "after-vote", state: "closed", sees: { public: false, receipt: true, admin: true } },
  { mode: "after-close", state: "open", sees: { public: false, receipt: false, admin: true } },
  { mode: "after-close", state: "closed", sees: { public: true, receipt: true, admin: true } },
] as const

describe.each(MODES)("results shown $mode of a poll that is $state", ({ mode, state, sees }) => {
  const id = `${mode}-${state}`
  const sockets: WebSocket[] = []
  let receipt = ""

  beforeAll(async () => {
    await result.send("POST", "/api/polls", definition(id, { results: mode }))
    await addVotes(sql, id, "a", 3)
    receipt = await receiptOf(sql, id, 1_000)
    if (state === "closed") await result.send("PATCH", `/api/polls/${id}`, { state })
  })
  afterAll(() => {
    for (const socket of sockets) socket.close()
  })

  const as = (audience: keyof typeof sees) => ({
    query: audience === "receipt" ? `?receipt=${receipt}` : "",
    headers: audience === "admin" ? ADMIN : undefined,
  })

  test.each(["public", "receipt", "admin"] as const)(
    "the audience %s gets over HTTP what it may see",
    async (audience) => {
      const { query, headers } = as(audience)
      for (const path of ["results", "results.csv"]) {
        const answer = await result.get(`/api/polls/${id}/${path}${query}`, headers)
        expect(answer.status).toBe(sees[audience] ? 200 : 403)
        const cache = answer.headers.get("cache-control")
        const shared = "public, max-age=1, stale-while-revalidate=5"
        if (!sees[audience]) expect(cache).toBe("no-store")
        else expect(cache).toBe(audience === "public" ? shared : "private, no-store")
      }
    },
  )

  test.each(["public", "receipt", "admin"] as const)(
    "the audience %s gets live what it may see",
    async (audience) => {
      const { query, headers } = as(audience)
      const viewer = watchPoll(result.address, `poll=${id}&${query.slice(1)}`, headers)
      sockets.push(viewer.socket)
      const snapshot = await viewer.sees("a snapshot", () => true)
      expect(snapshot.hidden).toBe(!sees[audience])
      expect(snapshot.total).toBe(sees[audience] ? 3 : undefined)
      expect(snapshot.options.map((option) => option.votes)).toEqual(
        sees[audience] ? [3, 0] : [undefined, undefined],
      )
    },
  )

  test.each(["public", "receipt"] as const)(
    "the page shows the audience %s what it may see",
    async (audience) => {
      const page = await (await result.get(`/polls/${id}${as(audience).query}`)).text()
      expect(page.includes(">3<")).toBe(sees[audience])
      expect(page.includes("3 votes")).toBe(sees[audience])
    },
  )
})

test("a hidden snapshot says the same however many votes there are", async () => {
  await result.send("POST", "/api/polls", definition("secret", { results: "after-close" }))
  const before = watchPoll(result.address, "poll=secret")
  const first = await before.sees("a snapshot", () => true)
  await addVotes(sql, "secret", "b", 7)
  const admin = watchPoll(result.address, "poll=secret", ADMIN)
  await admin.sees("seven votes", (snapshot) => snapshot.total === 7)
  const after = watchPoll(result.address, "poll=secret")
  expect(await after.sees("a snapshot", () => true)).toEqual(first)
  expect(before.snapshots).toEqual([first])
})

test("a mode that changes while people watch takes effect with the next snapshot, and versions only grow", async () => {
  await result.send("POST", "/api/polls", definition("moody"))
  await addVotes(sql, "moody", "a", 5)
  const viewer = watchPoll(result.address, "poll=moody")
  await viewer.sees("the votes", (snapshot) => snapshot.total === 5)
  await result.send("PATCH", "/api/polls/moody", { results: "after-close" })
  await viewer.sees("nothing", (snapshot) => snapshot.hidden)
  await addVotes(sql, "moody", "a", 5)
  await result.send("PATCH", "/api/polls/moody", { state: "closed" })
  await viewer.sees("all votes", (snapshot) => snapshot.total === 10)
  const versions = viewer.snapshots.map((snapshot) => snapshot.version)
  expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b))
})

test("only admins see a draft", async () => {
  await result.send("POST", "/api/polls", definition("idea", { state: "draft" }))
  for (const path of [
    "/api/polls/idea",
    "/api/polls/idea/results",
    "/polls/idea",
    "/api/polls/idea/results.csv",
  ]) {
    expect((await result.get(path)).status).toBe(404)
    expect((await result.get(path, ADMIN)).status).toBe(200)
  }
  const seen = async (headers?: Record<string, string>) =>
    JSON.stringify(await (await result.get("/api/polls", headers)).json()).includes('"idea"')
  expect(await seen()).toBe(false)
  expect(await seen(ADMIN)).toBe(true)
  expect(await handshake(result.address, "poll=idea")).toBe(404)
  expect(await handshake(result.address, "poll=idea", ADMIN)).toBe(101)
})

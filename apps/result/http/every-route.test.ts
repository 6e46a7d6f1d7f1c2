import { beforeAll, expect, test } from "bun:test"
import {
  faultsOf,
  HOSTILE_IDS,
  lackingHeaders,
  requestsTo,
  sendsBody,
} from "../../../tests/harness/every-route"
import { useStores } from "../../../tests/harness/stores"
import { ADMIN, definition, openTables, type ResultApp, startResultApp, TOKEN } from "../testing/result"
import { handshake } from "../testing/viewer"

const stores = useStores()
let result: ResultApp
let session: string

beforeAll(async () => {
  await openTables(stores())
  result = await startResultApp(stores(), { contract: "pets" })
  await result.send("POST", "/api/polls", definition("constructor", { title: "Constructor" }))
  const form = new URLSearchParams({ token: TOKEN })
  const signedIn = await fetch(`${result.address}/admin/sign-in`, {
    ...{ method: "POST", redirect: "manual", body: form },
  })
  session = signedIn.headers.get("set-cookie")?.split(";")[0] ?? ""
})

test("a poll that is called as what every object has is listed, shown and followed like any other", async () => {
  for (const path of [
    "/admin",
    "/admin/polls/constructor",
    "/polls/constructor",
    "/polls/constructor/stage",
  ]) {
    const answer = await result.get(path, ADMIN)
    expect([path, answer.status]).toEqual([path, 200])
    expect(await answer.text()).toContain("Constructor</")
  }
})

test("no id makes a WebSocket's handshake fail", async () => {
  const faults = await faultsOf(HOSTILE_IDS, async (id) => {
    const status = await handshake(result.address, `poll=${id}&receipt=${id}&admin=1`, { cookie: session })
    return status !== undefined && status < 500 ? null : `${status} ${id}`
  })
  expect(faults).toEqual([])
})

/** Bodies that some route takes, so that what an address names is asked for. */
const BODIES = [
  ["application/json", "{}"],
  ["application/json", JSON.stringify({ count: 1 })],
  ["application/json", JSON.stringify({ id: "another", archived: true })],
  ["application/x-www-form-urlencoded", "do=close"],
  ["application/x-www-form-urlencoded", "place=1"],
  ["application/x-www-form-urlencoded", "confirm=constructor%00"],
  ["application/x-www-form-urlencoded", "id=%00&title=%00"],
] as const

test.each(["nobody", "an admin"])(
  "no id in a path or a query makes any route fail, asked by %s",
  async (who) => {
    const headers: Record<string, string> = who === "an admin" ? { cookie: session } : {}
    const asked = HOSTILE_IDS.flatMap((id) =>
      requestsTo(result.routes, id).flatMap(({ method, path }) => {
        const query = `?poll=${id}&q=${id}&confirm=${id}&receipt=${id}&next=${id}&after=${id}&admin=1`
        const bodies = sendsBody(method) ? BODIES.slice(0, id.includes("%00") ? undefined : 1) : [null]
        return bodies.map((body) => ({ method, path: path + query, body }))
      }),
    )
    expect(asked.length).toBeGreaterThan(800)
    const faults = await faultsOf(asked, async ({ method, path, body }) => {
      const answer = await fetch(`${result.address}${path}`, {
        ...{ method, redirect: "manual" },
        headers: { ...headers, ...(body && { "content-type": body[0] }) },
        ...(body && { body: body[1] }),
      })
      await answer.arrayBuffer()
      return answer.status < 500
        ? null
        : `${answer.status} ${method} ${path.slice(0, 120)} ${body?.[1] ?? ""}`
    })
    expect(faults).toEqual([])
  },
)

test.each(["http", "https"])("every answer has its security headers, over %s", async (scheme) => {
  await result.send("POST", "/api/polls", definition("headers"))
  const tag = (await result.get("/api/polls/headers/results")).headers.get("etag") ?? ""
  const page = await (await result.get("/polls/headers")).text()
  const files = [...page.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path = ""]) => path)
  const script =
    (await fetch(`${result.address}/embed.js`, { redirect: "manual" })).headers.get("location") ?? ""
  const get = (path: string, headers: Record<string, string> = {}) => ({ method: "GET", path, headers })
  const asked = [
    ...["headers", "nowhere", "%00"].flatMap((id) =>
      requestsTo(result.routes, id).flatMap((one) => [
        { ...one, headers: {} },
        { ...one, headers: { cookie: session, accept: "text/html" } },
      ]),
    ),
    ...[...files, script].flatMap((path) => [
      get(path),
      get(path, { "accept-encoding": "br" }),
      get(path, { "if-none-match": "*" }),
      { ...get(path), method: "HEAD" },
    ]),
    ...["/assets/nothing.js", "/nothing", "/lunch", "/openapi.json", "/HEADERS", "/headers/"].map((it) =>
      get(it),
    ),
    ...[get("/api/polls/headers/results", { "if-none-match": tag }), get("/polls/headers?lang=de")],
    ...[
      { method: "PUT", path: "/", headers: {} },
      { method: "OPTIONS", path: "/polls/x", headers: {} },
    ],
    ...[{ method: "DELETE", path: "/polls/headers", headers: {} }, get("/polls/HEADERS")],
    ...[get("/", { authorization: "Bearer wrong" }), get("/polls/headers", { host: "a b" })],
  ]
  const { faults, statuses } = await lackingHeaders(asked, scheme, ({ method, path }, headers) =>
    fetch(`${result.address}${path}`, {
      ...{ method, redirect: "manual" },
      headers: { "accept-encoding": "identity", ...headers },
    }),
  )
  expect(faults).toEqual([])
  for (const status of [200, 302, 303, 304, 308, 400, 401, 404, 405]) expect(statuses).toContain(status)
})

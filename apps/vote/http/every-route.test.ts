import { afterAll, beforeAll, expect, test } from "bun:test"
import {
  faultsOf,
  HOSTILE_IDS,
  lackingHeaders,
  requestsTo,
  sendsBody,
} from "../../../tests/harness/every-route"
import { cookieOf, examplePoll, startVoteFixture, type VoteFixture } from "../testing/vote"

let fixture: VoteFixture
let visitor: string

beforeAll(async () => {
  fixture = await startVoteFixture({ CONTRACT: "posts", TRUSTED_PROXIES: "127.0.0.0/8" })
  const poll = { isDefault: true, policy: "changeable", results: "after-vote" } as const
  const options = ["constructor", "b"].map((id) => ({ id, label: id }))
  await fixture.writePolls(
    examplePoll({ ...poll, options }),
    examplePoll({ ...poll, number: 2, isDefault: false, id: "constructor", options }),
  )
  visitor = cookieOf(await fixture.ask("/polls/constructor"))
})
afterAll(() => fixture.stop())

const BODIES = [
  ["application/json", JSON.stringify({ option: "constructor", number: 1 })],
  ["application/x-www-form-urlencoded", "vote=constructor&code=%00&replaces=constructor"],
] as const

test.each(["nobody", "a visitor"])(
  "no id in a path or a query makes any route fail, asked by %s",
  async (who) => {
    const asked = HOSTILE_IDS.flatMap((id) =>
      requestsTo(fixture.routes, id).flatMap(({ method, path }) => {
        const query = `?answer=${id}&receipt=${id}&code=${id}&after=${id}&postId=${id}&score=${id}&lang=${id}`
        const bodies = sendsBody(method) ? BODIES : [null]
        return bodies.map((body) => ({ method, path: path + query, body }))
      }),
    )
    expect(asked.length).toBeGreaterThan(300)
    const faults = await faultsOf(asked, async ({ method, path, body }) => {
      const answer = await fixture.ask(path, {
        method,
        headers: {
          ...(who === "a visitor" && { cookie: visitor }),
          ...(body && { "content-type": body[0] }),
        },
        ...(body && { body: body[1] }),
      })
      await answer.arrayBuffer()
      // 503: there is no worker here that would make posts and tallies.
      const holds = answer.status < 500 || answer.status === 503
      return holds ? null : `${answer.status} ${method} ${path.slice(0, 120)} ${body?.[1] ?? ""}`
    })
    expect(faults).toEqual([])
    expect(fixture.logged.filter(({ message }) => message === "a request failed")).toEqual([])
  },
)

test("a poll and an option that are called as what every object has are voted on like any other", async () => {
  expect((await fixture.vote("constructor", "constructor")).status).toBe(201)
  expect((await fixture.vote("constructor", "toString")).status).toBe(400)
  expect((await fixture.ask("/polls/constructor")).status).toBe(200)
})

test.each(["http", "https"])("every answer has its security headers, over %s", async (scheme) => {
  const page = await (await fixture.ask("/")).text()
  const files = [...page.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path = ""]) => path)
  const get = (path: string, headers: Record<string, string> = {}) => ({
    method: "GET",
    path,
    headers,
    body: "",
  })
  const form = (path: string, body: string, headers = {}) => ({
    ...{ method: "POST", path, body },
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
  })
  const asked = [
    ...["constructor", "nowhere", "%00"].flatMap((id) =>
      requestsTo(fixture.routes, id).map((one) => ({ ...one, headers: {}, body: "" })),
    ),
    ...files.flatMap((path) => [get(path), get(path, { "if-none-match": "*" })]),
    ...["/assets/nothing.js", "/nothing", "/constructor", "/openapi.json", "/polls/CONSTRUCTOR"].map((it) =>
      get(it),
    ),
    ...[form("/", "vote=b"), form("/", "vote=b", { accept: "text/html" }), form("/", "vote=x")],
    ...[form("/", "vote=b", { origin: "https://evil.example" }), form("/", "x".repeat(5_000))],
    ...[{ ...get("/polls/constructor"), method: "DELETE" }, get("/?lang=de"), get("/", { host: "a b" })],
  ]
  const { faults, statuses } = await lackingHeaders(asked, scheme, ({ method, path, body }, headers) =>
    fixture.ask(path, { method, headers, ...(body && { body }) }),
  )
  expect(faults).toEqual([])
  for (const status of [200, 201, 302, 303, 308, 400, 403, 404, 405, 413]) expect(statuses).toContain(status)
})

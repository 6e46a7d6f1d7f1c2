import { afterAll, beforeAll, expect, test } from "bun:test"
import { writeCode } from "@tallyroom/lib/ballots/codes"
import { readReceipt } from "@tallyroom/lib/ballots/receipts"
import { cookieOf, examplePoll, SECRETS, startVoteFixture, type VoteFixture } from "../testing/vote"
import { VISITOR_COOKIE, Visitors } from "./visitor"

let fixture: VoteFixture
const coded = examplePoll({ number: 2, id: "coded", eligibility: "code" })

beforeAll(async () => {
  fixture = await startVoteFixture({ TRUSTED_PROXIES: "127.0.0.0/8" })
  const network = examplePoll({ number: 3, id: "network", eligibility: "network" })
  await fixture.writePolls(examplePoll({ isDefault: true }), coded, network)
})
afterAll(() => fixture.stop())

const id = "01990000-0000-7000-8000-000000000001"

function signedBy(secret: string): string {
  return new Visitors([secret], () => {}).setCookie({ id }, false).split(";")[0] ?? ""
}

test("a cookie signed by an older secret keeps its visitor and is signed anew", async () => {
  const first = await fixture.vote("pets", "a", { cookie: signedBy(SECRETS[1] ?? "") })
  expect(cookieOf(first)).toBe(signedBy(SECRETS[0] ?? ""))
  const second = await fixture.vote("pets", "a", { cookie: `theme=dark; ${cookieOf(first)}` })
  expect(second.status).toBe(200)
})

test.each([
  signedBy("x".repeat(32)),
  `${VISITOR_COOKIE}=`,
  `${VISITOR_COOKIE}=${id}`,
  `${VISITOR_COOKIE}=${id}.`,
  `${VISITOR_COOKIE}=%00.é`,
  `${`${VISITOR_COOKIE}=x; `.repeat(300)}`,
])("the forged cookie %# is taken for none and counted", async (cookie) => {
  const response = await fixture.vote("pets", "a", { cookie: Buffer.from(cookie).toString("latin1") })
  expect(response.status).toBe(201)
  expect(cookieOf(response)).toStartWith(VISITOR_COOKIE)
  expect(await fixture.metrics()).toMatch(/tallyroom_vote_forged_cookies_total\{app="vote"\} [1-9]/)
})

test("the cookie is Secure when a trusted proxy says that the client came by HTTPS", async () => {
  const response = await fixture.ask("/", { headers: { "x-forwarded-proto": "https" } })
  expect(response.headers.get("set-cookie")).toEndWith("; Secure")
})

test("a page that says what is wrong sets the chosen language by a Secure cookie behind TLS, too", async () => {
  const headers = { accept: "text/html", "x-forwarded-proto": "https" }
  const page = await fixture.ask("/polls/nothing?lang=de", { headers })
  expect(page.status).toBe(404)
  expect(page.headers.get("set-cookie")).toMatch(/^__Host-tallyroom_lang=de; .*; Secure$/)
  const plain = await fixture.ask("/polls/nothing?lang=de", { headers: { accept: "text/html" } })
  expect(plain.headers.get("set-cookie")).not.toContain("Secure")
})

const HTTPS = { "x-forwarded-proto": "https" }

test("over HTTPS a visitor's own cookie wins over one that a site beside it planted, wherever it stands", async () => {
  const own = cookieOf(await fixture.vote("pets", "a", HTTPS))
  expect(own).toStartWith("__Host-tallyroom_visitor=")
  const planted = cookieOf(await fixture.vote("pets", "b"))
  expect(planted).toStartWith("tallyroom_visitor=")
  for (const cookie of [`${planted}; ${own}`, `${own}; ${planted}`]) {
    const answer = await fixture.vote("pets", "a", { ...HTTPS, cookie })
    expect([answer.status, answer.headers.get("set-cookie")]).toEqual([200, null])
  }
})

test("a visitor of an earlier version keeps the vote over HTTPS and gets the new name once, by a page or a vote", async () => {
  const earlier = cookieOf(await fixture.vote("pets", "b"))
  const value = earlier.split("=")[1]
  for (const answer of [
    await fixture.ask("/polls/pets", { headers: { ...HTTPS, cookie: earlier } }),
    await fixture.vote("pets", "b", { ...HTTPS, cookie: earlier }),
  ]) {
    expect([answer.status, cookieOf(answer)]).toEqual([200, `__Host-tallyroom_visitor=${value}`])
  }
  const again = await fixture.vote("pets", "b", {
    ...HTTPS,
    cookie: `${earlier}; __Host-tallyroom_visitor=${value}`,
  })
  expect([again.status, again.headers.get("set-cookie")]).toEqual([200, null])
  const plain = await fixture.ask("/polls/pets", { headers: { cookie: earlier } })
  expect(plain.headers.get("set-cookie")).toBeNull()
})

test("a client without cookies is known again by its Idempotency-Key, in any case", async () => {
  const key = crypto.randomUUID()
  const first = await fixture.vote("pets", "a", { "idempotency-key": key })
  expect(first.status).toBe(201)
  expect(first.headers.has("set-cookie")).toBe(false)
  expect((await fixture.vote("pets", "a", { "idempotency-key": key.toUpperCase() })).status).toBe(200)
  expect((await fixture.vote("pets", "b", { "idempotency-key": key })).status).toBe(409)
  expect((await fixture.vote("pets", "a", { "idempotency-key": "me" })).status).toBe(400)
})

test("a valid cookie wins over a key, so nobody gets a second vote by adding one", async () => {
  const cookie = cookieOf(await fixture.vote("pets", "a"))
  const response = await fixture.vote("pets", "a", { cookie, "idempotency-key": crypto.randomUUID() })
  expect(response.status).toBe(200)
})

const withCode = (code: string | undefined, option = "a", headers: Record<string, string> = {}) =>
  fixture.ask("/api/polls/coded/votes", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ option, code }),
  })

test("a code is one vote, however it is typed and in whichever browser", async () => {
  const code = writeCode(coded.salt, 7)
  const first = await withCode(code)
  expect(first.status).toBe(201)
  const cookie = cookieOf(first)
  expect((await withCode(` ${code.toLowerCase().replaceAll("-", " ")}`, "a", { cookie })).status).toBe(200)
  expect((await withCode(code, "b", { cookie })).status).toBe(409)
  expect((await withCode(code)).status).toBe(409)
})

test("without a code, or with a wrong one, nobody votes in a poll with codes", async () => {
  expect(await (await withCode(undefined)).json()).toMatchObject({ type: "/problems/code-needed" })
  const foreign = writeCode(Buffer.alloc(32, 8).toString("base64url"), 7)
  expect(await (await withCode(foreign)).json()).toMatchObject({ type: "/problems/code-unknown" })
})

test("the address on a printed code fills in the form", async () => {
  const page = await (await fixture.ask("/polls/coded?code=AB%22CD")).text()
  expect(page).toContain('value="AB&quot;CD"')
})

test("a client that guesses codes is slowed down, and nobody else is, not even a voter with a code behind the same address", async () => {
  const guess = (i: number) => withCode(`GUESS-${i}`, "a", { "x-forwarded-for": "192.0.2.1" })
  const answers = await Promise.all(Array.from({ length: 70 }, (_, i) => guess(i)))
  const refused = answers.find((answer) => answer.status === 429)
  expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0)
  const others = { "x-forwarded-for": "192.0.2.2" }
  expect((await withCode(writeCode(coded.salt, 8), "a", others)).status).toBe(201)
  const neighbour = { "x-forwarded-for": "192.0.2.1" }
  expect((await withCode(writeCode(coded.salt, 9), "a", neighbour)).status).toBe(201)
})

test("a network address is one vote, and an IPv6 subscriber's /64 too", async () => {
  const from = (address: string) => fixture.vote("network", "a", { "x-forwarded-for": address })
  expect((await from("198.51.100.1")).status).toBe(201)
  expect((await from("198.51.100.1")).status).toBe(409)
  expect((await from("::ffff:198.51.100.1")).status).toBe(409)
  expect((await from("2001:db8:1:2::3")).status).toBe(201)
  expect((await from("2001:db8:1:2:ffff::9")).status).toBe(409)
  expect((await from("2001:db8:1:3::3")).status).toBe(201)
})

test("nobody learns what another person on the same network chose", async () => {
  const from = { "x-forwarded-for": "198.51.100.77" }
  expect((await fixture.vote("network", "a", from)).status).toBe(201)
  const tries = await Promise.all(["a", "b"].map((option) => fixture.vote("network", option, from)))
  const answers = await Promise.all(
    tries.map(async (answer) => [answer.status, await answer.json()] as const),
  )
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  const [status, problem] = answers[0] ?? []
  expect(status).toBe(409)
  expect(Object.keys(problem as object).sort()).toEqual(["detail", "status", "title", "type"])
})

test("a poll that gets codes as it opens takes no vote from a voter who came in without one", async () => {
  const scheduled = examplePoll({ number: 9, id: "surprise", opensAt: new Date(Date.now() + 3_600_000) })
  await fixture.writePolls(scheduled)
  expect((await fixture.vote("surprise", "a")).status).toBe(409)
  await fixture.writePolls({ ...scheduled, opensAt: null, eligibility: "code", revision: 2 })
  const answer = await fixture.vote("surprise", "a")
  expect(answer.status).toBe(403)
  expect(await answer.json()).toMatchObject({ type: "/problems/code-needed" })
})

test("a poll made anew under its id is read anew before a vote is taken", async () => {
  await fixture.writePolls(examplePoll({ number: 10, id: "again" }))
  expect((await fixture.vote("again", "a")).status).toBe(201)
  const salt = Buffer.alloc(32, 8).toString("base64url")
  await fixture.writePolls(examplePoll({ number: 11, id: "again", salt }))
  const old = await fixture.ask("/api/polls/again/votes", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ option: "a", number: 10 }),
  })
  expect(await old.json()).toMatchObject({ type: "/problems/poll-unknown" })
  const madeUp = await fixture.ask("/api/polls/again/votes", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ option: "a", number: 99 }),
  })
  expect(await madeUp.json()).toMatchObject({ type: "/problems/poll-unknown", status: 404 })
  expect(fixture.logged).toEqual([])
  const { receipt } = (await (await fixture.vote("again", "b")).json()) as { receipt: string }
  expect(readReceipt(salt, receipt)).not.toBeNull()
})

test("a vote counts for the wording that its voter read, and for no other", async () => {
  const poll = examplePoll({ number: 12, id: "mended", policy: "changeable" })
  await fixture.writePolls(poll)
  const post = (body: object) =>
    fixture.ask("/api/polls/mended/votes", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    })
  expect((await post({ option: "a", words: 0 })).status).toBe(201)
  const options = poll.options.map((option, i) => ({ ...option, label: i === 0 ? "Dogs" : "Cats" }))
  await fixture.writePolls({ ...poll, options, words: 1, revision: 2 })
  // The app still has the old copy of the poll at this moment.
  const form = (fields: Record<string, string>) =>
    fixture.ask("/polls/mended", { method: "POST", body: new URLSearchParams(fields) })
  expect(await (await form({ vote: "a" })).text()).toContain("Dogs")
  expect(await (await post({ option: "a", words: 0 })).json()).toMatchObject({
    status: 409,
    type: "/problems/poll-changed",
  })
  expect((await form({ vote: "a", words: "0" })).status).toBe(409)
  expect((await form({ vote: "a", words: "old" })).status).toBe(400)
  expect((await form({ vote: "a", words: "1" })).status).toBe(201)
  expect((await post({ option: "a", words: 1 })).status).toBe(201)
})

import { afterAll, beforeAll, expect, test } from "bun:test"
import { readReceipt } from "@tallyroom/lib/ballots/receipts"
import { keys } from "@tallyroom/lib/inbox/keys"
import { cookieOf, examplePoll, startVoteFixture, type VoteFixture } from "../testing/vote"

let fixture: VoteFixture
const pets = examplePoll({ isDefault: true })
const later = new Date(Date.now() + 3_600_000)
const past = new Date(Date.now() - 3_600_000)

beforeAll(async () => {
  fixture = await startVoteFixture()
  await fixture.writePolls(
    pets,
    examplePoll({ number: 2, id: "swing", policy: "changeable" }),
    examplePoll({ number: 3, id: "draft", state: "draft" }),
    examplePoll({ number: 4, id: "tomorrow", opensAt: later }),
    examplePoll({ number: 5, id: "yesterday", closesAt: past }),
    examplePoll({ number: 6, id: "over", state: "final" }),
    examplePoll({ number: 8, id: "pause", state: "paused", opensAt: past }),
    examplePoll({ number: 9, id: "pause-over", state: "paused", closesAt: past }),
  )
})
afterAll(() => fixture.stop())

const waiting = async () =>
  (await fixture.admin.xlen(keys.inbox(0))) + (await fixture.admin.xlen(keys.inbox(1)))

test("a first vote is accepted with a receipt of this poll, and stands in the inbox", async () => {
  const before = await waiting()
  const response = await fixture.vote("pets", "a")
  expect(response.status).toBe(201)
  const { receipt, ...rest } = (await response.json()) as { receipt: string }
  expect(rest).toEqual({ status: "accepted", poll: "pets", option: "a" } as object)
  expect(readReceipt(pets.salt, receipt)).not.toBeNull()
  expect(await waiting()).toBe(before + 1)
  expect(response.headers.get("cache-control")).toBe("no-store")
})

test("the same voter and option again gets 200 with the same receipt and adds nothing", async () => {
  const first = await fixture.vote("pets", "a")
  const cookie = cookieOf(first)
  const before = await waiting()
  const second = await fixture.vote("pets", "a", { cookie })
  expect(second.status).toBe(200)
  expect(await second.json()).toEqual({ ...((await first.json()) as object), status: "same" })
  expect(second.headers.has("set-cookie")).toBe(false)
  expect(await waiting()).toBe(before)
})

test.each([
  ["the receipt of the vote that stands", (_old: string, stands: string) => stands, 201],
  ["the receipt of an older vote", (old: string) => old, 409],
  ["no vote", () => "none", 409],
  ["the receipt of another voter", (_old: string, _stands: string, foreign: string) => foreign, 201],
  ["what is no receipt", () => "", 201],
])("where votes may be changed, a ballot that replaces %s", async (_, replaced, status) => {
  const cast = async (option: string, headers: Record<string, string>) => {
    const response = await fixture.vote("swing", option, headers)
    return { response, ...((await response.json()) as { receipt: string; option: string }) }
  }
  const key = { "idempotency-key": crypto.randomUUID() }
  const old = await cast("a", key)
  const stands = await cast("b", { ...key, replaces: old.receipt })
  expect(stands.response.status).toBe(201)
  const foreign = await cast("b", { "idempotency-key": crypto.randomUUID() })
  const replaces = replaced(old.receipt, stands.receipt, foreign.receipt)
  const { response, option, receipt } = await cast("a", { ...key, replaces })
  expect(response.status).toBe(status)
  if (status === 409) expect({ option, receipt }).toEqual({ option: "b", receipt: stands.receipt })
  // The vote that stands, sent again, is never refused.
  expect((await cast(option, { ...key, replaces: old.receipt })).response.status).toBe(200)
})

test("another option of the same voter is refused with the standing one where votes are final", async () => {
  const first = await fixture.vote("pets", "a")
  const { receipt } = (await first.json()) as { receipt: string }
  const second = await fixture.vote("pets", "b", { cookie: cookieOf(first) })
  expect(second.status).toBe(409)
  expect(second.headers.get("content-type")).toBe("application/problem+json")
  expect(await second.json()).toMatchObject({
    type: "/problems/vote-stands",
    poll: "pets",
    option: "a",
    receipt,
  })
})

test("another option replaces the first with a new receipt where votes can be changed", async () => {
  const first = await fixture.vote("swing", "a")
  const second = await fixture.vote("swing", "b", { cookie: cookieOf(first) })
  expect(second.status).toBe(201)
  const [one, two] = (await Promise.all([first.json(), second.json()])) as { receipt: string }[]
  expect(two).toMatchObject({ status: "accepted", option: "b" })
  expect(two?.receipt).not.toBe(one?.receipt ?? "")
})

test("200 concurrent votes of one voter are one ballot", async () => {
  const cookie = cookieOf(await fixture.ask("/"))
  const before = await waiting()
  const votes = await Promise.all(
    Array.from({ length: 200 }, (_, i) => fixture.vote("pets", i % 2 ? "a" : "b", { cookie })),
  )
  expect(votes.filter((vote) => vote.status === 201)).toHaveLength(1)
  expect(await waiting()).toBe(before + 1)
})

test.each([
  ["draft", 404, "poll-unknown", {}],
  ["tomorrow", 409, "poll-not-open", { opensAt: later.toISOString() }],
  ["yesterday", 409, "poll-closed", {}],
  ["over", 409, "poll-closed", {}],
  ["pause", 409, "poll-paused", {}],
  ["pause-over", 409, "poll-closed", {}],
  ["nowhere", 404, "poll-unknown", {}],
  ["Pets%2f", 404, "poll-unknown", {}],
])("a vote in the poll %s is answered %i %s", async (poll, status, kind, members) => {
  const response = await fixture.vote(poll, "a")
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ type: `/problems/${kind}`, status, ...members })
})

test.each(["c", "A", "a,b", "a b", "", "a\n"])("the option %j is unknown to the poll", async (option) => {
  const response = await fixture.vote("pets", option)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ type: "/problems/option-unknown" })
})

const json = "application/json"
test.each([
  ["broken JSON", json, '{"option":', 400, "JSON"],
  ["no object", json, '"a"', 400, "object"],
  ["no option", json, "{}", 400, '"option"'],
  ["an option that is no text", json, '{"option":1}', 400, '"option"'],
  ["an over-long option", json, JSON.stringify({ option: "x".repeat(65) }), 400, '"option"'],
  ["an unknown field", json, '{"option":"a","colour":"red"}', 400, '"colour"'],
  ["a doubled field", json, '{"option":"a","option":"b"}', 400, '"option"'],
  ["a doubled field in disguise", json, '{"option":"a","\\u006fption":"b"}', 400, '"option"'],
  ["text that is not UTF-8", json, new Uint8Array([0x22, 0xff, 0x22]), 400, "UTF-8"],
  ["a form", "application/x-www-form-urlencoded", "option=a", 415, "application/json"],
  ["another charset", "application/json; charset=latin1", '{"option":"a"}', 415, "UTF-8"],
  ["more than 4 KiB", json, JSON.stringify({ option: "a".repeat(4096) }), 413, "4096"],
])("a body with %s is refused, and the answer says why", async (_, type, body, status, word) => {
  const response = await fixture.ask("/api/polls/pets/votes", {
    method: "POST",
    headers: { "content-type": type },
    body,
  })
  expect(response.status).toBe(status)
  expect(response.headers.get("content-type")).toBe("application/problem+json")
  expect(((await response.json()) as { detail: string }).detail).toContain(word)
})

test("a chunked body is counted while it comes, and refused past 4 KiB", async () => {
  const kilobyte = new Uint8Array(1024).fill(32)
  let left = 10
  const body = new ReadableStream({
    pull: (stream) => (left-- > 0 ? stream.enqueue(kilobyte) : stream.close()),
  })
  const response = await fixture.ask("/api/polls/pets/votes", {
    method: "POST",
    headers: { "content-type": json },
    body,
  })
  expect(response.status).toBe(413)
})

test("a content type with charset=utf-8 is taken", async () => {
  expect(
    (await fixture.vote("pets", "a", { "content-type": "application/json; charset=UTF-8" })).status,
  ).toBe(201)
})

test("a vote from a page of another site is refused", async () => {
  for (const headers of [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { origin: "https://evil.example" },
    { origin: "null" },
  ]) {
    const response = await fixture.vote("pets", "a", headers)
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ type: "/problems/cross-site" })
  }
  expect((await fixture.vote("pets", "a", { "sec-fetch-site": "same-origin" })).status).toBe(201)
})

test("the metrics count ballots by their outcome", async () => {
  const metrics = await fixture.metrics()
  expect(metrics).toMatch(/tallyroom_vote_ballots_total\{answer="accepted",app="vote"\} [1-9]/)
  expect(metrics).toMatch(/tallyroom_vote_ballots_total\{answer="cross-site",app="vote"\} 4/)
  expect(metrics).toContain("tallyroom_vote_inbox_connected")
})

// Runs alone: it measures how soon voters get an answer.
import { afterAll, beforeAll, expect, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import { waitFor } from "../../../scripts/services/wait"
import { cookieOf, examplePoll, startVoteFixture, type VoteFixture } from "../testing/vote"

/** Voters are promised 200 ms; a busy machine that runs other tests gets more time. */
const LIMIT_MS = 1_000

let fixture: VoteFixture
const pets = examplePoll({ isDefault: true })

beforeAll(async () => {
  fixture = await startVoteFixture({ BACKLOG_LIMIT: "4" })
  await fixture.writePolls(pets)
})
afterAll(async () => {
  console.log(`  the slowest refusal took ${slowestRefusal.toFixed(1)} ms`)
  await fixture.stop()
})

let slowestRefusal = 0

async function expectUnavailable(kind: string): Promise<void> {
  const start = performance.now()
  const response = await fixture.vote("pets", "a")
  const ms = performance.now() - start
  slowestRefusal = Math.max(slowestRefusal, ms)
  expect(response.status).toBe(503)
  expect(response.headers.get("retry-after")).toBe("1")
  expect(await response.json()).toMatchObject({ type: `/problems/${kind}` })
  expect(ms).toBeLessThan(LIMIT_MS)
}

const votesAgain = () =>
  waitFor("votes to be taken again", async () => {
    await fixture.admin.del(keys.inbox(0), keys.inbox(1)).catch(() => {})
    return (await fixture.vote("pets", "a")).status === 201
  })

test("past the backlog limit a vote is refused, and taken again once there is room", async () => {
  const key = crypto.randomUUID()
  const statuses: number[] = []
  for (let i = 0; i < 20; i++) statuses.push((await fixture.vote("pets", "a")).status)
  expect(statuses.filter((status) => status === 201)).toHaveLength(4)
  expect(statuses.filter((status) => status === 503)).toHaveLength(16)
  await expectUnavailable("inbox-full")
  await fixture.admin.del(keys.inbox(0), keys.inbox(1))
  expect((await fixture.vote("pets", "a", { "idempotency-key": key })).status).toBe(201)
})

test("while Redis hangs, votes are refused in time and pages are still shown, and both recover", async () => {
  await votesAgain()
  const { pid } = fixture.server
  if (pid === undefined) throw new Error("Redis does not run.")
  process.kill(pid, "SIGSTOP")
  try {
    for (let i = 0; i < 3; i++) await expectUnavailable("inbox-away")
    expect((await fixture.ask("/polls/pets")).status).toBe(200)
    expect((await fixture.ask("/polls/never-seen")).status).toBe(503)
  } finally {
    process.kill(pid, "SIGCONT")
  }
  await votesAgain()
})

test("a vote that comes while others hang already is refused at once", async () => {
  const { pid } = fixture.server
  if (pid === undefined) throw new Error("Redis does not run.")
  process.kill(pid, "SIGSTOP")
  try {
    // The votes start at different moments, so that they go to Redis in different calls.
    const first = expectUnavailable("inbox-away")
    await Bun.sleep(30)
    const second = expectUnavailable("inbox-away")
    await Promise.all([first, second])
    for (let i = 0; i < 20; i++) await expectUnavailable("inbox-away")
  } finally {
    process.kill(pid, "SIGCONT")
  }
  await votesAgain()
})

test("a shard that its worker has not opened takes nothing, and says that it is away", async () => {
  const fences = [keys.fence(0), keys.fence(1)]
  const runIds = await fixture.admin.mget(fences)
  await fixture.admin.del(fences)
  await expectUnavailable("inbox-away")
  for (const [i, fence] of fences.entries()) await fixture.admin.set(fence, runIds[i] ?? "")
  await votesAgain()
})

test.each([
  ["the poll's copy", () => fixture.admin.hset(keys.poll(0, "garbled"), "poll", '{"id":"garbled"')],
  ["the poll's key", () => fixture.admin.set(keys.poll(0, "garbled"), "\u0000")],
])("garbage in %s refuses votes and nothing else", async (_, spoil) => {
  await fixture.admin.del(keys.poll(0, "garbled"))
  await spoil()
  const response = await waitFor("the cache to look", async () => {
    const answer = await fixture.vote("garbled", "a")
    return answer.status === 503 && answer
  })
  expect(await response.text()).not.toMatch(/WRONGTYPE|JSON|Error/)
  expect((await fixture.ask("/polls/pets")).status).toBe(200)
  await votesAgain()
})

test("the log says in a few lines why votes could not be taken", () => {
  const lines = fixture.logged.filter(({ message }) => message === "a vote could not be taken")
  expect(lines.length).toBeGreaterThan(0)
  expect(lines.length).toBeLessThan(5)
})

test("with Redis gone votes are refused at once, and taken again when it is back with its data", async () => {
  await fixture.server.kill9()
  for (let i = 0; i < 3; i++) await expectUnavailable("inbox-away")
  await fixture.server.start()
  await waitFor("the connection", () => fixture.redis.status === "ready")
  await waitFor("the other connection", () => fixture.admin.status === "ready")
  await expectUnavailable("inbox-away")
  await fixture.writePolls(pets)
  await votesAgain()
})

test("a visitor whose first vote fails is the same one when it sends it again", async () => {
  await fixture.writePolls(pets)
  await fixture.admin.set(keys.fence(0), "restoring")
  await fixture.admin.set(keys.fence(1), "restoring")
  const failed = await fixture.vote("pets", "a")
  expect(failed.status).toBe(503)
  const cookie = cookieOf(failed)
  expect(cookie).not.toBe("")
  await fixture.writePolls(pets)
  await fixture.admin.del(keys.inbox(0), keys.inbox(1))
  expect((await fixture.vote("pets", "a", { cookie })).status).toBe(201)
  expect((await fixture.vote("pets", "a", { cookie })).status).toBe(200)
})

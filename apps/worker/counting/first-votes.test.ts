import { beforeAll, expect, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import { useStores } from "../../../tests/harness/stores"
import { type Booth, makePoll, openBooth, voter } from "../../../tests/harness/tallyroom"
import { openWorkerSteps, type WorkerSteps } from "../../../tests/harness/worker-steps"
import { auditPolls } from "../audit/audit"
import type { Batch } from "./batch"
import { isOfFirstVotes } from "./first-votes"

const SHARD = 0
const VOTES = { ann: "a", bob: "b", cat: "a" }
const stores = useStores()
let steps: WorkerSteps
let booth: Booth

beforeAll(async () => {
  steps = await openWorkerSteps(stores(), 1)
  booth = await openBooth(stores(), 1)
})

async function cast(poll: string, ballots: Record<string, string>): Promise<Batch> {
  for (const [who, option] of Object.entries(ballots))
    expect((await booth.cast(poll, voter(who), option)).kind).toBe("accepted")
  return steps.read(SHARD, 100)
}

/** What the tables have of a poll, but for when. */
async function storedOf(poll: string) {
  const { sql } = steps
  const of = sql`FROM polls WHERE id = ${poll}`
  return {
    votes:
      await sql`SELECT option, count(*) FROM votes WHERE poll = (SELECT number ${of}) GROUP BY option ORDER BY option`,
    tallies:
      await sql`SELECT shard, option, votes FROM tallies WHERE poll = (SELECT number ${of}) ORDER BY option`,
    timeline: await sql`
      SELECT shard, option, sum(votes) FROM timeline WHERE poll = (SELECT number ${of}) GROUP BY shard, option ORDER BY option`,
    books: await sql`
      SELECT shard, counted, replaced, late, set_aside, copies, version FROM books WHERE poll = (SELECT number ${of})`,
  }
}

const booksOf = async (poll: string) =>
  (await auditPolls(steps.sql, steps.redis)).find((books) => books.poll === poll)

test("first votes are counted by the short statement as by the long one", async () => {
  await makePoll(steps.sql, "short", {})
  await makePoll(steps.sql, "long", {})
  await steps.project()
  const short = await cast("short", VOTES)
  expect(isOfFirstVotes(short)).toBe(true)
  expect(await steps.commit(SHARD, short)).toBe(true)
  const long = { ...(await cast("long", VOTES)), mayRepeat: true }
  expect(isOfFirstVotes(long)).toBe(false)
  expect(await steps.commit(SHARD, long)).toBe(true)
  const stored = await storedOf("short")
  expect(stored.tallies).toMatchObject([
    { option: "a", votes: 2 },
    { option: "b", votes: 1 },
  ])
  expect(await storedOf("long")).toEqual(stored)
})

test("first votes among which one is late are counted by the long statement, and the same batch changes nothing again", async () => {
  await makePoll(steps.sql, "voted", {})
  await steps.project()
  await steps.commit(SHARD, await cast("voted", { ann: "a" }))
  // As if Redis were wiped: it accepts what Postgres then finds to be late.
  await steps.redis.del(keys.voters(SHARD, "voted"))
  const batch = await cast("voted", { ann: "b", bob: "b" })
  expect(isOfFirstVotes(batch)).toBe(true)
  expect(await steps.commit(SHARD, batch)).toBe(true)
  expect(await steps.commit(SHARD, batch)).toBe(false)
  expect(await booksOf("voted")).toMatchObject({ counted: 2, late: 1, tally: 2, faults: [] })
})

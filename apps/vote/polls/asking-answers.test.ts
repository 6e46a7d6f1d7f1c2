import { afterAll, beforeAll, expect, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import { examplePoll, startVoteFixture, type VoteFixture } from "../testing/vote"
import { intervalIn, POLL_INTERVAL } from "./asking-answers"

let fixture: VoteFixture

beforeAll(async () => {
  fixture = await startVoteFixture({ ASKS_PER_SECOND: "1" })
  await fixture.writePolls(examplePoll())
  const tally = { version: 5, votes: { a: 3, b: 2 }, total: 5 }
  await fixture.admin.set(keys.tally("pets"), JSON.stringify(tally))
})
afterAll(() => fixture.stop())

const ask = async (what: string, headers = {}) => {
  const { status, headers: told } = await fixture.ask(`/api/polls/pets/${what}`, { headers })
  const etag = told.get("etag") ?? ""
  return { status, etag, interval: Number(told.get("poll-interval")), cached: told.get("cache-control") }
}

test("each answer says when to ask again, also where nothing is new, and the more ask the later", async () => {
  const first = await ask("now")
  const tally = await ask("tally")
  const same = await ask("tally", { "if-none-match": tally.etag })
  expect([first.status, tally.status, same.status]).toEqual([200, 200, 304])
  expect(first.interval).toBe(1_000)
  expect(tally.interval).toBeGreaterThan(first.interval)
  expect(same.interval).toBeGreaterThan(tally.interval)
  const metrics = await fixture.metrics()
  expect(metrics).toMatch(/^tallyroom_vote_asks_total\S* 3$/m)
  const seconds = (first.interval + tally.interval + same.interval) / 1_000
  expect(Number(/^tallyroom_vote_ask_intervals_seconds_total\S* (\S+)$/m.exec(metrics)?.[1])).toBeCloseTo(
    seconds,
  )
})

test("the tally of a crowd is the same for all of it but for that, so that a cache keeps it for a second", async () => {
  const answers = [await ask("tally"), await ask("tally")]
  expect(new Set(answers.map(({ etag }) => etag)).size).toBe(1)
  for (const { cached } of answers) expect(cached).toBe("public, max-age=1")
})

test("an answer that there is no such poll takes no moment of those who ask", async () => {
  const { interval } = await ask("now")
  for (let i = 0; i < 5; i++) {
    const { status, headers } = await fixture.ask("/api/polls/nothing/now")
    expect([status, headers.get("poll-interval")]).toEqual([404, null])
  }
  expect((await ask("now")).interval).toBeLessThanOrEqual(interval + 1_000)
})

test("a page takes an interval that is missing, or was joined with another by a proxy, for none", () => {
  const headers = new Headers()
  expect(intervalIn(headers)).toBe(0)
  headers.append(POLL_INTERVAL, "1500")
  expect(intervalIn(headers)).toBe(1_500)
  headers.append(POLL_INTERVAL, "1500")
  expect(intervalIn(headers)).toBe(0)
})

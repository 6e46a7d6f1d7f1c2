import { beforeAll, expect, setSystemTime, test } from "bun:test"
import type { Redis } from "ioredis"
import { examplePoll } from "../../../apps/vote/testing/vote"
import { waitFor } from "../../../scripts/services/wait"
import { useStores } from "../../../tests/harness/stores"
import { voter } from "../../../tests/harness/tallyroom"
import { elapsedNow } from "../../elapsed"
import { type AppendAnswer, InboxAway, termsOf } from "../contract"
import { openRedis } from "../redis/client"
import { StreamAppender } from "./append"
import { type Publisher, READING_USABLE_MS } from "./contract"
import { writeShardState } from "./shard-state"

const stores = useStores()
let redis: Redis

beforeAll(async () => {
  redis = openRedis(stores().redis.adminUrl)
  stores().defer(() => redis.disconnect())
  await waitFor("Redis to be connected", () => redis.status === "ready")
  const verifiedAt = Date.now() + 60_000
  await writeShardState(redis, 0, { stream: "a-stream", waiting: 0, turn: 1, verifiedAt, settled: 0 })
})

/** A broker that answers when it is told to. */
function heldPublisher() {
  const answer = Promise.withResolvers<AppendAnswer>()
  const appended: string[] = []
  const publisher: Publisher = {
    problem: () => null,
    connectedAt: () => performance.now(),
    close: async () => {},
    standing: async () => null,
    append: (_stream, { option }) => {
      appended.push(option)
      return answer.promise
    },
  }
  return { publisher, appended, answer: answer.resolve }
}

const ballot = (pollAskedAt: number) => {
  const poll = examplePoll()
  return {
    shard: 0,
    pollId: poll.id,
    poll,
    pollAskedAt,
    voter: voter("ann"),
    option: "a",
    terms: termsOf(poll),
  }
}
const position = { ms: 1, seq: 1 }

test("a ballot is not written by an old reading of its poll", async () => {
  const { publisher, appended } = heldPublisher()
  const appender = new StreamAppender(redis, publisher, 10)
  const old = ballot(elapsedNow() - READING_USABLE_MS - 1)
  await expect(appender.append(old)).rejects.toMatchObject({ name: "InboxAway", perhaps: false })
  expect(appended).toEqual([])
})

test("an answer that comes when the reading of the poll has become old is none: a stop may stand before the ballot", async () => {
  for (const late of [false, true]) {
    const { publisher, appended, answer } = heldPublisher()
    const appender = new StreamAppender(redis, publisher, 10)
    const askedAt = elapsedNow() - READING_USABLE_MS + (late ? 150 : 1_500)
    const answered = appender.append(ballot(askedAt)).catch((error) => error)
    await waitFor("the ballot to be written", () => appended.length > 0)
    await waitFor("the answer's moment", () => !late || elapsedNow() - askedAt > READING_USABLE_MS)
    answer({ kind: "accepted", position })
    // It stands there all the same, so nobody may be told that it is not taken.
    if (late) expect(await answered).toMatchObject({ name: "InboxAway", perhaps: true })
    else expect(await answered).toEqual({ kind: "accepted", position })
  }
})

test("a machine that was halted between the last look at a poll and the broker's answer has the time that it missed counted", async () => {
  // As after the halt of a virtual machine: its wall clock is set right, and its monotonic clock has not moved.
  for (const [ms, isAnswered] of [
    [READING_USABLE_MS + 500, false],
    [-60_000, true],
  ] as const) {
    const { publisher, appended, answer } = heldPublisher()
    const appender = new StreamAppender(redis, publisher, 10)
    const answered = appender.append(ballot(elapsedNow())).catch((error) => error)
    await waitFor("the ballot to be written", () => appended.length > 0)
    setSystemTime(Date.now() + ms)
    answer({ kind: "accepted", position })
    if (isAnswered) expect(await answered).toEqual({ kind: "accepted", position })
    else expect(await answered).toBeInstanceOf(InboxAway)
    // A fresh look is all that it costs.
    expect(await appender.append(ballot(elapsedNow()))).toEqual({ kind: "accepted", position })
    setSystemTime()
  }
})

/** What the benchmarks do with the inbox themselves: open one without a worker, fill it, and look how full it is. */

import { type Position, START } from "@tallyroom/lib/ballots/ballot"
import { shardOf } from "@tallyroom/lib/ballots/voter"
import { type AppendAnswer, termsOf } from "@tallyroom/lib/inbox/contract"
import { keys } from "@tallyroom/lib/inbox/keys"
import { RedisAppender } from "@tallyroom/lib/inbox/redis/append"
import { loadScripts } from "@tallyroom/lib/inbox/redis/load-scripts"
import { writeIndex, writePollCopy } from "@tallyroom/lib/inbox/redis/poll-copies"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { Redis } from "ioredis"
import { classicPoll, DEFAULT_SHARDS, POLL_ID } from "./poll"

/** A backlog limit that no benchmark reaches. */
export const NO_LIMIT = 100_000_000
/** So many ballots fill the calls of every shard, and are decided well within the time that an appender waits. */
const BALLOTS_AT_ONCE = 1_000
/** Nothing is measured while an inbox is filled, so that a busy machine may take its time. */
const FILL_PATIENCE_MS = 10_000

/** Longer than a vote is under way: afterwards its voter is told to try again. */
const STILL_MS = 500

const ALL_SHARDS = Array.from({ length: DEFAULT_SHARDS }, (_, shard) => shard)

export type StoredBallot = { voter: string; option: string; shard: number; position: Position }

/** Opens an empty Redis for votes, as a worker would. */
export async function openInbox(redis: Redis): Promise<void> {
  const poll = classicPoll()
  await loadScripts(redis)
  for (const shard of ALL_SHARDS) {
    await writePollCopy(redis, shard, poll)
    const [serving] = await redis.inspectShard(keys.fence(shard), keys.inbox(shard))
    await redis.set(keys.fence(shard), "opening")
    const floor = [START.ms, START.seq]
    await redis.lowerFence(keys.fence(shard), keys.inbox(shard), ...floor, "opening", serving)
  }
  await writeIndex(redis, { shards: DEFAULT_SHARDS, default: POLL_ID, open: [POLL_ID] })
}

/**
 * Casts a ballot each for this many new voters, as vote does, in the order of their arrival.
 * @param choose gives what one after the other says
 */
export async function fillInbox(
  redis: Redis,
  ballots: number,
  poll: Poll = classicPoll(),
  choose = alternately("a", "b"),
): Promise<StoredBallot[]> {
  const stored: StoredBallot[] = []
  await castNew(redis, ballots, poll, choose, (some) => {
    for (const ballot of some) stored.push(ballot)
  })
  return stored
}

/** The same, however many they are. @param take is handed those of a moment */
export async function castNew(
  redis: Redis,
  ballots: number,
  poll: Poll,
  choose = alternately("a", "b"),
  take: (some: StoredBallot[]) => void = () => {},
): Promise<void> {
  const appender = appenderOf(redis)
  const asked = { pollId: poll.id, terms: termsOf(poll) }
  for (let left = ballots; left > 0; left -= BALLOTS_AT_ONCE) {
    const some = Array.from({ length: Math.min(BALLOTS_AT_ONCE, left) }, () =>
      castOne(appender, asked, choose()),
    )
    take(await Promise.all(some))
  }
}

/** The same, each ballot in the next one of these polls. */
export async function castSpread(redis: Redis, ballots: number, polls: readonly Poll[]): Promise<void> {
  const appender = appenderOf(redis)
  const asked = polls.map((poll) => ({ pollId: poll.id, terms: termsOf(poll) }))
  const choose = alternately("a", "b")
  for (let cast = 0; cast < ballots; cast += BALLOTS_AT_ONCE) {
    const some = Array.from({ length: Math.min(BALLOTS_AT_ONCE, ballots - cast) }, (_, i) => {
      const at = asked[(cast + i) % asked.length]
      if (!at) throw new Error("there are no polls")
      return castOne(appender, at, choose())
    })
    await Promise.all(some)
  }
}

export function newVoter(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url")
}

/** Each listens to its connection for good. */
const appenders = new WeakMap<Redis, RedisAppender>()

function appenderOf(redis: Redis): RedisAppender {
  const appender = appenders.get(redis) ?? new RedisAppender(redis, NO_LIMIT, FILL_PATIENCE_MS)
  appenders.set(redis, appender)
  return appender
}

function alternately(...options: string[]): () => string {
  let next = 0
  return () => options[next++ % options.length] ?? ""
}

async function castOne(
  appender: RedisAppender,
  asked: { pollId: string; terms: string },
  option: string,
): Promise<StoredBallot> {
  const voter = newVoter()
  const shard = shardOf(voter, DEFAULT_SHARDS)
  const answer = await appender.append({ shard, voter, option, ...asked })
  if (answer.kind !== "accepted") throw new Error(`the ballot of a new voter was answered ${answer.kind}`)
  return { voter, option, shard, position: answer.position }
}

/** Casts a ballot as vote does for a voter who may have voted. @returns what became of it */
export async function castAgain(
  redis: Redis,
  poll: Poll,
  voter: string,
  option: string,
): Promise<AppendAnswer["kind"]> {
  const asked = { pollId: poll.id, terms: termsOf(poll) }
  const ballot = { shard: shardOf(voter, DEFAULT_SHARDS), voter, option, ...asked }
  return (await appenderOf(redis).append(ballot)).kind
}

/** Ballots that wait to be counted, over all shards. */
export async function backlog(redis: Redis): Promise<number> {
  return sum(await Promise.all(ALL_SHARDS.map((shard) => redis.xlen(keys.inbox(shard)))))
}

/** Ballots of a poll that were ever accepted, over all shards. */
export async function acceptedCount(redis: Redis, poll = POLL_ID): Promise<number> {
  const counters = ALL_SHARDS.map((shard) => redis.hget(keys.poll(shard, poll), "accepted"))
  return sum((await Promise.all(counters)).map(Number))
}

/** The same once it stands still: votes that were under way when a flood ended may be accepted a moment later. */
export async function acceptedInTheEnd(redis: Redis): Promise<number> {
  for (let last = await acceptedCount(redis); ; ) {
    await Bun.sleep(STILL_MS)
    const now = await acceptedCount(redis)
    if (now === last) return now
    last = now
  }
}

/** Deletes who has voted, so that the next voters find a hash of the same size. */
export async function forgetVoters(redis: Redis, poll = POLL_ID): Promise<void> {
  await Promise.all(ALL_SHARDS.map((shard) => redis.del(keys.voters(shard, poll))))
}

/** Memory that Redis uses for everything, in bytes. */
export async function usedMemory(redis: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info("memory"))?.[1])
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, n) => total + n, 0)
}

/** What tests do to a Tallyroom without its apps: make polls in Postgres, and cast straight into the inbox. */

import { keyed } from "@tallyroom/lib/ballots/keyed"
import { shardOf } from "@tallyroom/lib/ballots/voter"
import type { Database } from "@tallyroom/lib/database"
import { type AppendAnswer, InboxAway } from "@tallyroom/lib/inbox/contract"
import { keys } from "@tallyroom/lib/inbox/keys"
import { RedisAppender } from "@tallyroom/lib/inbox/redis/append"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import { ONE_OPTION } from "@tallyroom/lib/polls/ballot-method"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { newSalt } from "@tallyroom/lib/polls/rows"
import type { Redis } from "ioredis"
import { auditPolls, type PollBooks } from "../../apps/worker/audit/audit"
import { SHARDS } from "../../scripts/services/apps/worker-in-process"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { waitFor } from "../../scripts/services/wait"

/** On a busy test machine a disk may hold Redis's answers back; what vote does then has a test of its own. */
const PATIENCE_MS = 10_000
/** Some voter, the same for the same name. */
export function voter(name: string): string {
  return keyed("test", name, 16).toString("base64url")
}

/** So many voters, the same for the same name. */
export function voters(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => voter(`${name}${i}`))
}

export type Booth = {
  redis: Redis
  cast(pollId: string, voter: string, option: string): Promise<AppendAnswer>
}

/** Casts as vote does, straight into the inbox. */
export async function openBooth(
  { redis, defer }: OwnStores,
  shards = SHARDS,
  backlogLimit = 1_000_000,
): Promise<Booth> {
  const connection = openRedis(redis.adminUrl)
  defer(() => connection.disconnect())
  await waitFor("Redis to be connected", () => connection.status === "ready")
  const appender = new RedisAppender(connection, backlogLimit, PATIENCE_MS)
  return {
    redis: connection,
    cast: async (pollId, voter, option) => {
      const shard = shardOf(voter, shards)
      const once = async () =>
        appender.append({ shard, pollId, voter, option, terms: await termsIn(connection, pollId) })
      // After an outage the poll may come back later in the shard from which the terms are read.
      return waitFor("the poll's terms", async () => {
        const answer = await once()
        return answer.kind !== "stale" && answer
      })
    },
  }
}

/** Has each voter cast a ballot, and send it again while the inbox is being restored, as every client may. */
export function castAll(
  booth: Booth,
  pollId: string,
  voters: readonly string[],
  option: string,
): Promise<AppendAnswer[]> {
  const cast = (voter: string) =>
    booth.cast(pollId, voter, option).catch((error) => {
      if (!(error instanceof InboxAway)) throw error
      return false as const
    })
  return Promise.all(voters.map((voter) => waitFor("the inbox to be open", () => cast(voter))))
}

/** What the books say of a poll, from both stores. */
export async function booksOf(sql: Database, redis: Redis, pollId: string): Promise<PollBooks | undefined> {
  return (await auditPolls(sql, redis)).find(({ poll }) => poll === pollId)
}

/** The terms under which this Redis takes ballots of a poll; any where it knows none. */
async function termsIn(redis: Redis, pollId: string): Promise<string> {
  const [number, eligibility, words, form] = await redis
    .hmget(keys.poll(0, pollId), "number", "eligibility", "words", "form")
    .catch(() => [])
  return `${number} ${eligibility}${form ? ` ${words ?? 0} ${form}` : ""}`
}

/** Makes an open poll with options a, b and c. */
export async function makePoll(sql: Database, id: string, poll: Partial<Poll> = {}): Promise<void> {
  const options = poll.options ?? ["a", "b", "c"].map((id) => ({ id, label: id.toUpperCase() }))
  await sql`
    INSERT INTO polls (id, title, options, ballot, decision, policy, state, results, eligibility, salt, opens_at, closes_at)
    VALUES (${id}, ${poll.title ?? id}, ${JSON.stringify(options)}::text::jsonb,
      ${JSON.stringify(poll.ballot ?? ONE_OPTION)}::text::jsonb,
      ${poll.decision ? JSON.stringify(poll.decision) : null}::text::jsonb, ${poll.policy ?? "final"},
      ${poll.state ?? "open"}, ${poll.results ?? "live"}, ${poll.eligibility ?? "browser"}, ${newSalt()},
      ${poll.opensAt ?? null}, ${poll.closesAt ?? null})`
}

/** Makes an open poll as makePoll does, and returns once every shard takes ballots of it. */
export async function openPoll(
  sql: Database,
  redis: Redis,
  id: string,
  poll: Partial<Poll> = {},
): Promise<void> {
  await makePoll(sql, id, poll)
  await inEveryShard(redis, id)
}

/** Settles once every shard has a copy of the poll: vote reads polls from one of them alone. */
export async function inEveryShard(redis: Redis, id: string): Promise<void> {
  for (let shard = 0; shard < SHARDS; shard++) {
    await waitFor(`the copy in shard ${shard}`, async () => (await redis.exists(keys.poll(shard, id))) === 1)
  }
}

/**
 * Compares the three inboxes: the same ballots go straight into each, as the vote app would send them, and one worker
 * counts.
 */

import { shardOf } from "@tallyroom/lib/ballots/voter"
import { openDatabase } from "@tallyroom/lib/database"
import { elapsedNow } from "@tallyroom/lib/elapsed"
import type { InboxKind } from "@tallyroom/lib/inbox/brokers"
import { termsOf } from "@tallyroom/lib/inbox/contract"
import { readPollCopy } from "@tallyroom/lib/inbox/redis/poll-copies"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { type InboxBooth, openInboxBooth } from "../../services/apps/inbox-booth"
import { crowd } from "../../services/apps/voters"
import { startWorker } from "../../services/apps/worker-in-process"
import { INBOX_KINDS } from "../../services/stores/brokers"
import { type InboxServer, startInboxServer } from "../../services/stores/inbox-server"
import { waitFor } from "../../services/wait"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import { type Block, figures, type Legend } from "../figures/rounds"
import { type BenchRun, type BenchStores, onFreshDatabase } from "../subject/bench-stores"
import { NO_LIMIT } from "../subject/inbox"
import { DEFAULT_SHARDS, POLL_ID } from "../subject/poll"
import type { Plan } from "./plan"

/** As many requests as a busy vote process has at a time. */
const AT_ONCE = 400
const DEADLINE_MS = 120_000

const LEGEND = {
  redis: { name: "accepted by Redis", unit: "votes/s" },
  nats: { name: "accepted by NATS", unit: "votes/s" },
  rabbitmq: { name: "received by RabbitMQ", unit: "votes/s" },
  natsRatio: { name: "NATS to Redis", unit: "" },
  rabbitmqRatio: { name: "RabbitMQ to Redis", unit: "" },
  redisCounted: { name: "cast into Redis and counted", unit: "votes/s" },
  natsCounted: { name: "cast into NATS and counted", unit: "votes/s" },
  rabbitmqCounted: { name: "cast into RabbitMQ and counted", unit: "votes/s" },
} satisfies Legend<string>

export function benchInboxes(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  return onFreshDatabase(benchStores, async ({ stores }) => {
    const servers = new Map<InboxKind, InboxServer>()
    for (const kind of INBOX_KINDS) servers.set(kind, await startInboxServer(kind, stores))
    const rounds = await measureRounds(plan.rounds, LEGEND, say, () =>
      inboxRound(benchStores, servers, plan.inboxBallots),
    )
    return {
      name: "inboxes",
      about: `${plan.inboxBallots} new voters, ${AT_ONCE} at a time, into each inbox in turn, while one worker counts`,
      figures: figures(LEGEND, rounds),
      checks: [],
    }
  })
}

async function inboxRound(benchStores: BenchStores, servers: Map<InboxKind, InboxServer>, ballots: number) {
  const rates = new Map<InboxKind, Rates>()
  for (const [kind, { url }] of servers) {
    rates.set(kind, await onFreshDatabase(benchStores, (run) => through(run, url, ballots)))
  }
  const of = (kind: InboxKind) => rates.get(kind) ?? { accepted: Number.NaN, counted: Number.NaN }
  const [redis, nats, rabbitmq] = [of("redis"), of("nats"), of("rabbitmq")]
  return {
    ...{ redis: redis.accepted, nats: nats.accepted, rabbitmq: rabbitmq.accepted },
    natsRatio: nats.accepted / redis.accepted,
    rabbitmqRatio: rabbitmq.accepted / redis.accepted,
    ...{ redisCounted: redis.counted, natsCounted: nats.counted, rabbitmqCounted: rabbitmq.counted },
  }
}

/** Votes a second, measured until the last one was answered and until Postgres had all of them. */
type Rates = { accepted: number; counted: number }

async function through({ stores }: BenchRun, url: string, ballots: number): Promise<Rates> {
  const worker = await startWorker(stores, DEFAULT_SHARDS, url)
  await worker.ready()
  const sql = openDatabase(stores.database.adminUrl, { name: "bench", connections: 1 })
  stores.defer(() => sql.end({ timeout: 1 }))
  const booth = await openInboxBooth(stores, url, DEFAULT_SHARDS, NO_LIMIT)
  const poll = await readPollCopy(booth.redis, POLL_ID)
  if (!poll) throw new Error(`there is no poll ${POLL_ID}`)
  const start = performance.now()
  await crowd(ballots, AT_ONCE, () => castOne(booth, poll))
  const accepted = performance.now()
  await waitFor(
    "all to be counted",
    async () => {
      const [row] = await sql`SELECT COALESCE(sum(counted), 0)::integer AS counted FROM books`
      return row?.counted === ballots
    },
    DEADLINE_MS,
  )
  const rate = (end: number) => (ballots * 1_000) / (end - start)
  return { accepted: rate(accepted), counted: rate(performance.now()) }
}

async function castOne({ appender }: InboxBooth, poll: Poll): Promise<void> {
  const voter = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url")
  const cast = {
    shard: shardOf(voter, DEFAULT_SHARDS),
    pollId: poll.id,
    poll,
    pollAskedAt: elapsedNow(),
    voter,
    option: "a",
    terms: termsOf(poll),
  }
  const { kind } = await appender.append(cast)
  if (kind !== "accepted" && kind !== "received") throw new Error(`a new voter's ballot was answered ${kind}`)
}

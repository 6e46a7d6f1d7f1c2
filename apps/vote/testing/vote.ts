/** A test fixture: the vote app with a real Redis, which is filled as a worker would fill it. */

import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { buildAssets } from "@tallyroom/lib/http/assets"
import { keys } from "@tallyroom/lib/inbox/keys"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import { RedisClock } from "@tallyroom/lib/inbox/redis/clock"
import { loadScripts } from "@tallyroom/lib/inbox/redis/load-scripts"
import { writeIndex, writePollCopy } from "@tallyroom/lib/inbox/redis/poll-copies"
import { shardsBy } from "@tallyroom/lib/inbox/redis/shards"
import { ONE_OPTION } from "@tallyroom/lib/polls/ballot-method"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { createRegistry } from "@tallyroom/lib/process/management"
import { readSettings } from "@tallyroom/lib/process/settings"
import type { Redis } from "ioredis"
import { type RedisServer, startRedis } from "../../../scripts/services/stores/redis"
import { createApp, ENTRYPOINTS } from "../app"
import { createMetrics } from "../metrics"
import { PollCache, pollsIn } from "../polls/poll-cache"
import { settings } from "../settings"

export const SECRETS = ["n".repeat(32), "o".repeat(32)]

/** An open poll on cats and dogs, with the changes that a test needs. */
export function examplePoll(changes: Partial<Poll> = {}): Poll {
  return {
    number: 1,
    id: "pets",
    title: "Cats or dogs?",
    options: [
      { id: "a", label: "Cats" },
      { id: "b", label: "Dogs" },
    ],
    ballot: ONE_OPTION,
    decision: null,
    order: "as-written",
    policy: "final",
    state: "open",
    results: "live",
    eligibility: "browser",
    confirm: null,
    opensAt: null,
    closesAt: null,
    salt: Buffer.alloc(32, 7).toString("base64url"),
    revision: 1,
    stops: 0,
    words: 0,
    isDefault: false,
    archived: false,
    deleting: false,
    ...changes,
  }
}

type Logged = { message: string; error: unknown }

export type VoteFixture = {
  server: RedisServer
  /** The app's own connection, and one that has all rights. */
  redis: Redis
  admin: Redis
  /** Address of the vote app. */
  url: string
  routes: readonly { method: string; path: string }[]
  metrics: () => Promise<string>
  logged: Logged[]
  /** Sends a request to the vote app; a redirect is returned and not followed. */
  ask: (path: string, init?: RequestInit) => Promise<Response>
  vote: (poll: string, option: string, headers?: Record<string, string>) => Promise<Response>
  form: (path: string, body: string, headers?: Record<string, string>) => Promise<Response>
  writePolls: (...polls: Poll[]) => Promise<void>
  stop: () => Promise<void>
}

export async function startVoteFixture(
  environment: Record<string, string> = {},
  shards = 2,
): Promise<VoteFixture> {
  const dir = await mkdtemp(join(tmpdir(), "tallyroom-vote-test-"))
  const server = await startRedis({ dir, appendfsync: "everysec" })
  const [admin, redis] = await Promise.all([connect(server.adminUrl), connect(server.voteUrl)])
  const registry = createRegistry("vote")
  const logged: Logged[] = []
  const log = (error: unknown, message?: string) => void logged.push({ message: message ?? "", error })
  const clock = new RedisClock(redis)
  const app = createApp({
    redis,
    clock,
    polls: new PollCache(pollsIn(shardsBy(redis), clock)),
    assets: await buildAssets({ entrypoints: ENTRYPOINTS }),
    metrics: createMetrics(registry, () => redis.status === "ready"),
    log: { error: log, warn: log },
    settings: readSettings(settings, {
      VOTER_SECRETS: SECRETS.join(","),
      // Tests change their minds faster than people.
      CHANGE_AFTER_SECONDS: "0",
      ...environment,
    }),
  })
  app.listen({ port: 0, hostname: "127.0.0.1" })
  const url = `http://127.0.0.1:${app.server?.port}`
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${url}${path}`, { redirect: "manual", ...init })
  return {
    server,
    redis,
    admin,
    url,
    routes: app.routes,
    metrics: () => registry.metrics(),
    logged,
    ask,
    vote: (poll, option, headers = {}) =>
      ask(`/api/polls/${poll}/votes`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ option }),
      }),
    form: (path, body, headers = {}) =>
      ask(path, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
        body,
      }),
    writePolls: (...polls) => writePolls(admin, shards, polls),
    async stop() {
      await app.server?.stop(true)
      for (const connection of [admin, redis]) connection.disconnect()
      await server.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function connect(url: string): Promise<Redis> {
  const redis = openRedis(url)
  await new Promise<void>((resolve) => redis.once("ready", () => resolve()))
  return redis
}

/** Writes the polls into every shard, writes the index, and opens the fences, as a worker does. */
async function writePolls(admin: Redis, shards: number, polls: Poll[]): Promise<void> {
  await loadScripts(admin)
  for (let shard = 0; shard < shards; shard++) {
    for (const poll of polls) await writePollCopy(admin, shard, poll)
    const [runId] = await admin.inspectShard(keys.fence(shard), keys.inbox(shard))
    await admin.set(keys.fence(shard), runId)
  }
  const standard = polls.find((poll) => poll.isDefault)
  const open = polls.filter((poll) => poll.state === "open").map((poll) => poll.id)
  await writeIndex(admin, { shards, default: standard?.id ?? null, open })
}

/** The visitor cookie that an answer sets, as a browser sends it back. */
export function cookieOf(response: Response): string {
  return response.headers.get("set-cookie")?.split(";")[0] ?? ""
}

/** A whole Tallyroom of one's own, whose stores may be destroyed and come back empty or restored on the same ports. */

import { copyFileSync, mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { openDatabase } from "@tallyroom/lib/database"
import type { InboxKind } from "@tallyroom/lib/inbox/brokers"
import {
  type AppProcess,
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../services/apps/start-apps"
import { type BrokerKind, startBroker } from "../../services/stores/brokers"
import type { OwnStores } from "../../services/stores/own-stores"
import { type Postgres, startPostgres } from "../../services/stores/postgres"
import { type RedisServer, startRedis } from "../../services/stores/redis"
import { waitFor } from "../../services/wait"
import { postgresWithTools } from "./postgres-with-tools"

/** Where a broker keeps its messages, in its folder. */
const BROKER_DATA: Record<BrokerKind, string> = { nats: "jetstream", rabbitmq: "db" }
const DATABASE = "tallyroom"
/** Segments of a few minutes take seconds. */
const REPLAY_MS = 120_000

export interface Room {
  readonly voteUrl: string
  readonly resultUrl: string
  /** As each of its users sees the database. */
  readonly database: OwnStores["database"]
  readonly redis: RedisServer
  /** The data directory, which `destroyPostgres` removes. */
  readonly dataDir: string
  /** Of the broker that holds the ballots; undefined where that is Redis. */
  readonly inboxUrl: string | undefined
  /** SIGKILL, and nothing is left of its data. */
  destroyPostgres(): Promise<void>
  /** Likewise, of the store that holds the ballots. */
  destroyInbox(): Promise<void>
  /** With the data that are in `dataDir` by now. */
  startPostgres(): Promise<void>
  /** Empty. */
  startInbox(): Promise<void>
  stop(): Promise<void>
}

/**
 * @param dir a folder that everybody can enter, which it leaves as it is at its end
 * @param given settings of all three apps, beside those that they have here
 * @param kind what holds the ballots
 */
export async function openRoom(
  dir: string,
  given: Record<string, string> = {},
  kind: InboxKind = "redis",
): Promise<Room> {
  const dataDir = join(dir, "postgres")
  const redisDir = join(dir, "redis")
  const programs = await postgresWithTools()
  const deferred: (() => unknown)[] = []
  const options = { dir: dataDir, programs, logFile: join(dir, "postgres.log") }
  let postgres: Postgres = await startPostgres(options)
  let redis = await startRedis({ dir: redisDir })
  const brokerDir = join(dir, "broker")
  mkdirSync(brokerDir)
  const broker = kind === "redis" ? null : await startBroker(kind, { dir: brokerDir })
  const settings = { ...given, ...(broker && { INBOX_URL: broker.url }) }
  const database = await postgres.database(DATABASE)
  const stores: OwnStores = { redis, postgres, database, defer: (cleanUp) => void deferred.unshift(cleanUp) }
  const log = (app: string) => ({ logFile: join(dir, `${app}.log`) })
  const worker: AppProcess = await startWorkerProcess(stores, settings, log("worker"))
  await worker.app.waitReady()
  const vote = await startVoteProcess(stores, settings, log("vote"))
  const result = await startResultProcess(stores, settings, log("result"))
  return {
    ...{ voteUrl: vote.url, resultUrl: result.url, database, redis, dataDir, inboxUrl: broker?.url },
    destroyPostgres: async () => {
      await postgres.kill9()
      rmSync(dataDir, { recursive: true })
    },
    destroyInbox: async () => {
      await (broker ?? redis).kill9()
      const held = kind === "redis" ? join(redisDir, "appendonlydir") : join(brokerDir, BROKER_DATA[kind])
      rmSync(held, { recursive: true, force: true })
    },
    startPostgres: async () => {
      postgres = await startPostgres({ ...options, port: postgres.port })
      await untilReplayed(postgres.adminUrl)
    },
    startInbox: async () => {
      if (broker) await broker.start()
      else redis = await startRedis({ dir: redisDir, port: redis.port })
    },
    stop: async () => {
      for (const cleanUp of deferred) await cleanUp()
      await broker?.stop()
      await redis.stop()
      await postgres.stop()
    },
  }
}

/** Settles once a Postgres that replays its WAL takes writes. */
export async function untilReplayed(adminUrl: string): Promise<void> {
  const sql = openDatabase(adminUrl, { name: "look", connections: 1 })
  const isReplayed = async () => {
    const [row] = await sql`SELECT pg_is_in_recovery() AS replaying`
    return row?.replaying === false
  }
  await waitFor("Postgres to have replayed its WAL", isReplayed, REPLAY_MS).finally(() =>
    sql.end({ timeout: 1 }),
  )
}

/** The passwords that a restored Postgres knows stand beside its data directory. */
export function takePasswordsAlong(from: string, to: string): void {
  mkdirSync(join(to, ".."), { recursive: true })
  copyFileSync(`${from}.passwords.json`, `${to}.passwords.json`)
}

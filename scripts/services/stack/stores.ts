import { join } from "node:path"
import { BROKER_NAMES, type BrokerKind, type BrokerName, startBroker } from "../stores/brokers"
import { assertPostgresAnswers, assertRedisAnswers } from "../stores/external-stores"
import { type Postgres, startPostgres } from "../stores/postgres"
import { type RedisServer, startRedis } from "../stores/redis"
import type { OnCrash, Server } from "../stores/server"

export interface StoresPlan {
  readonly stateDir: string
  /** Used, if set, instead of starting a store of our own. */
  readonly redisUrl?: string | undefined
  /** The settings of files for TLS to that Redis. */
  readonly redisFiles?: Record<string, string>
  readonly databaseUrl?: string | undefined
  readonly inboxUrl?: string | undefined
  /** The broker to start. */
  readonly broker?: BrokerKind | undefined
  onLine(store: "postgres" | "redis" | BrokerKind, line: string): void
  onCrash(store: "Postgres" | "Redis" | BrokerName, ...crash: Parameters<OnCrash>): void
  /** Called for each server as soon as it runs. */
  onStart(server: Server): void
}

/** The addresses of the stores, for each of their users. */
export interface StoreUrls {
  readonly voteRedisUrl: string
  readonly workerRedisUrl: string
  /** Of the broker that holds the ballots; empty where Redis does. */
  readonly inboxUrl: string
  readonly workerDatabaseUrl: string
  readonly resultDatabaseUrl: string
  /** Only for servers of our own. */
  readonly adminRedisUrl?: string
  readonly adminDatabaseUrl?: string
  readonly backupDatabaseUrl?: string
}

const DATABASE = "tallyroom"

/**
 * Starts Postgres and Redis, and a broker if one is wanted; of a store that is given it only checks, before anything
 * starts, that it answers. A broker that is given is waited for by the apps.
 */
export async function startStores(plan: StoresPlan): Promise<StoreUrls> {
  if (plan.redisUrl) await assertRedisAnswers(plan.redisUrl, plan.redisFiles)
  if (plan.databaseUrl) await assertPostgresAnswers(plan.databaseUrl)
  const starting = [redisUrls(plan), databaseUrls(plan), inboxUrl(plan)] as const
  // After a failure of one the others must have got as far as onStart, or nobody would stop it.
  await Promise.allSettled(starting)
  const [redis, database, broker] = await Promise.all(starting)
  return { ...redis, ...database, inboxUrl: broker }
}

async function redisUrls(plan: StoresPlan) {
  if (plan.redisUrl) return { voteRedisUrl: plan.redisUrl, workerRedisUrl: plan.redisUrl }
  const redis: RedisServer = await startRedis({
    dir: join(plan.stateDir, "redis"),
    logFile: join(plan.stateDir, "logs/redis.log"),
    onLine: (line) => plan.onLine("redis", line),
    onCrash: (...crash) => plan.onCrash("Redis", ...crash),
  })
  plan.onStart(redis)
  return { voteRedisUrl: redis.voteUrl, workerRedisUrl: redis.workerUrl, adminRedisUrl: redis.adminUrl }
}

async function databaseUrls(plan: StoresPlan) {
  if (plan.databaseUrl) return { workerDatabaseUrl: plan.databaseUrl, resultDatabaseUrl: plan.databaseUrl }
  const postgres: Postgres = await startPostgres({
    dir: join(plan.stateDir, "postgres"),
    logFile: join(plan.stateDir, "logs/postgres.log"),
    onLine: (line) => plan.onLine("postgres", line),
    onCrash: (...crash) => plan.onCrash("Postgres", ...crash),
  })
  plan.onStart(postgres)
  const { workerUrl, resultUrl, adminUrl, backupUrl } = await postgres.database(DATABASE)
  return {
    ...{ workerDatabaseUrl: workerUrl, resultDatabaseUrl: resultUrl },
    ...{ adminDatabaseUrl: adminUrl, backupDatabaseUrl: backupUrl },
  }
}

/** The broker's address, once it answers; empty where Redis holds the ballots. */
async function inboxUrl(plan: StoresPlan): Promise<string> {
  const { broker } = plan
  if (!broker) return plan.inboxUrl ?? ""
  const server = await startBroker(broker, {
    dir: join(plan.stateDir, broker),
    logFile: join(plan.stateDir, "logs", `${broker}.log`),
    onLine: (line) => plan.onLine(broker, line),
    onCrash: (...crash) => plan.onCrash(BROKER_NAMES[broker], ...crash),
  })
  plan.onStart(server)
  return server.url
}

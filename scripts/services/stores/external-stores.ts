import { openDatabase } from "@tallyroom/lib/database"
import { redisPlace } from "@tallyroom/lib/inbox/redis/client"
import { checkServer } from "@tallyroom/lib/inbox/redis/fitness"
import {
  addressFault,
  namesCluster,
  REDIS_RULES,
  readStoreAddress,
  type StoreAddress,
} from "@tallyroom/lib/inbox/store-address"
import { readAddress } from "@tallyroom/lib/postgres/address"
import { AddressFault } from "@tallyroom/lib/postgres/address-fault"
import { assertFit, UnfitDatabase } from "@tallyroom/lib/postgres/fitness"
import { remedyFor } from "@tallyroom/lib/remedies"
import { Redis } from "ioredis"
import { warnOfLosses } from "../../../apps/worker/redis-durability"
import { inboxAccessOf } from "../given-settings"
import { UserError } from "../terminal/user-error"

/** A store on this machine answers in milliseconds, a distant one within a second. */
const CONNECT_DEADLINE_MS = 5_000
const OUR_OWN = "one of our own"

/**
 * Throws a UserError unless a Redis (7.0 or later) answers at REDIS_URL; its password is never in the message.
 * @param files the settings of files for TLS
 */
export async function assertRedisAnswers(url: string, files: Record<string, string> = {}): Promise<void> {
  const address = addressOfRedis(url)
  const target = `${address.servers.map(({ host, port }) => `${host}${port && `:${port}`}`).join(",")}/${address.path}`
  const how = { lazyConnect: true, retryStrategy: () => null, disableClientInfo: true }
  const place = redisPlace(inboxAccessOf({ REDIS_URL: url, ...files }).redis)
  // Of a cluster the node that is named first stands for all.
  const redis = new Redis({ ...place(), ...how, connectTimeout: CONNECT_DEADLINE_MS })
  checkServer(redis, namesCluster(address))
  let lastError: unknown
  redis.on("error", (error) => {
    lastError = error
  })
  try {
    await redis.connect()
    await redis.ping()
    await warnOfLosses(redis, { warn: (_, warning) => console.error(warning) })
  } catch (cause) {
    // The call itself says no more than "Connection is closed.".
    throw unusable("Redis", target, "REDIS_URL", lastError ?? cause, OUR_OWN)
  } finally {
    redis.disconnect()
  }
}

/**
 * Throws a UserError unless a Postgres answers queries at DATABASE_URL; its password is never in the message.
 * @param without what is used when that is not set
 */
export async function assertPostgresAnswers(url: string, without = OUR_OWN): Promise<void> {
  const example = "postgres://user:password@localhost:5432/tallyroom"
  const target = placeOfPostgres(url, example)
  const sql = openDatabase(url, { name: "look", connections: 1 })
  try {
    await assertFit(sql)
  } catch (cause) {
    if (cause instanceof UnfitDatabase)
      throw new UserError(`Can't use Postgres at ${target} (DATABASE_URL): ${cause.message}`, { cause })
    throw unusable("Postgres", target, "DATABASE_URL", cause, without)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

function unusable(
  store: "Postgres" | "Redis",
  target: string,
  setting: string,
  cause: unknown,
  without: string,
): UserError {
  const { why, advice } = reasonOf(cause, store)
  const other = `or unset ${setting} to use ${without}`
  return new UserError(`Can't use ${store} at ${target} (${setting}): ${why}. ${advice}, ${other}.`, {
    cause,
  })
}

function addressOfRedis(url: string): StoreAddress {
  const fault = addressFault(url, REDIS_RULES)
  if (fault === null) return readStoreAddress(url)
  const example = "redis://localhost:6379"
  throw new UserError(`REDIS_URL is not an address such as ${example}: it ${fault}. Correct it, or unset it.`)
}

/** The same, of an address as apps take it. */
function placeOfPostgres(url: string, example: string): string {
  try {
    const { hosts, database = "" } = readAddress(url)
    const places = hosts.map(({ name, port }) => (name.startsWith("/") ? name : `${name}:${port}`))
    return `${places.join(",")}/${database}`
  } catch (cause) {
    if (!(cause instanceof AddressFault)) throw cause
    throw new UserError(
      `DATABASE_URL is not an address such as ${example}: it ${cause.message}. Correct it, or unset it.`,
      { cause },
    )
  }
}

/** SQLSTATE of a database that is not there, of a user who may not connect to it, and of a user or password that is wrong. */
const NO_DATABASE = "3D000"
const NO_CONNECT = "42501"
const REFUSED_USER = new Set(["28P01", "28000"])

function reasonOf(error: unknown, store: "Postgres" | "Redis"): { why: string; advice: string } {
  const { code = "", message = "" } = error instanceof Error ? (error as NodeJS.ErrnoException) : {}
  const remedy = remedyFor(store, message)
  if (remedy) return { why: message, advice: remedy.replace(/^./, (letter) => letter.toUpperCase()) }
  if (code === "ECONNREFUSED") return { why: "nothing listens there", advice: "Start it" }
  if (code === "ENOTFOUND") return { why: "there is no host of that name", advice: "Correct the host" }
  if (code === NO_DATABASE) return { why: message, advice: "Create it (createdb)" }
  if (code === NO_CONNECT) {
    const database = /"(.*)"/.exec(message)?.[0] ?? "the database"
    return { why: message, advice: `Run GRANT CONNECT ON DATABASE ${database} TO this user` }
  }
  if (REFUSED_USER.has(code) || /^(WRONGPASS|NOAUTH|NOPERM)/.test(message)) {
    return { why: "it refuses this user or password", advice: "Correct them in the address" }
  }
  if (code === "CONNECT_TIMEOUT" || code === "ETIMEDOUT" || message === "") {
    return { why: "it does not answer", advice: "Start it" }
  }
  return { why: message.replace(/\.+$/, ""), advice: "Correct that" }
}

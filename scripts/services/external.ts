import { Redis } from "ioredis"
import postgres from "postgres"
import { Trouble } from "./trouble"

/** A store on this machine answers in milliseconds, a distant one within a second. */
const CONNECT_DEADLINE_MS = 5_000

/** Throws a Trouble unless a Redis (7.0 or later) answers at REDIS_URL; its password is never in the message. */
export async function assertRedisAnswers(url: string): Promise<void> {
  const target = placeOf("REDIS_URL", url, "redis://localhost:6379", ["redis:", "rediss:"])
  const how = { lazyConnect: true, retryStrategy: () => null, disableClientInfo: true }
  const redis = new Redis(url, { ...how, connectTimeout: CONNECT_DEADLINE_MS })
  let lastError: unknown
  redis.on("error", (error) => {
    lastError = error
  })
  try {
    await redis.connect()
    await redis.ping()
  } catch (cause) {
    // The call itself says no more than "Connection is closed.".
    const why = reasonOf(lastError ?? cause)
    throw new Trouble(
      `Can't reach Redis at ${target} (REDIS_URL): ${why}. Start it, or unset REDIS_URL to use one of our own.`,
      { cause },
    )
  } finally {
    redis.disconnect()
  }
}

/** Throws a Trouble unless a Postgres answers queries at DATABASE_URL; its password is never in the message. */
export async function assertPostgresAnswers(url: string): Promise<void> {
  const example = "postgres://user:password@localhost:5432/tallyroom"
  const target = placeOf("DATABASE_URL", url, example, ["postgres:", "postgresql:"])
  const sql = postgres(url, { max: 1, connect_timeout: CONNECT_DEADLINE_MS / 1000, onnotice: () => {} })
  try {
    await sql`select 1`
  } catch (cause) {
    const why = reasonOf(cause)
    throw new Trouble(
      `Can't reach Postgres at ${target} (DATABASE_URL): ${why}. Start it, or unset DATABASE_URL to use one of our own.`,
      { cause },
    )
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** Host, port and database without user and password. */
function placeOf(setting: string, url: string, example: string, protocols: string[]): string {
  if (!URL.canParse(url) || !protocols.includes(new URL(url).protocol)) {
    throw new Trouble(`${setting} is not an address such as ${example}: correct it, or unset it.`)
  }
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}

function reasonOf(error: unknown): string {
  const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : {}
  if (code === "ECONNREFUSED") return "nothing listens there"
  if (code === "ENOTFOUND") return "there is no host of that name"
  if (code === "CONNECT_TIMEOUT" || code === "ETIMEDOUT") return "it does not answer"
  return message || "it does not answer"
}

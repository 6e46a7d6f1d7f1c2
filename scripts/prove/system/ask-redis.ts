/** What the prover asks of a single server of Redis, or of a sentinel. */

import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Redis } from "ioredis"
import type { RedisServer } from "../../services/stores/redis"

/** A server that does not answer by then is away. */
export const ASK_MS = 2_000

/** Over a connection of its own, and not for long. */
export async function asked<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, {
    ...{ lazyConnect: true, enableReadyCheck: false, disableClientInfo: true, maxRetriesPerRequest: 0 },
    ...{ connectTimeout: ASK_MS, commandTimeout: ASK_MS, retryStrategy: () => null },
  })
  redis.on("error", () => {})
  try {
    await redis.connect()
    return await work(redis)
  } finally {
    redis.disconnect()
  }
}

/** The passwords of its users, by name. */
export const passwordsOf = ({ dir }: RedisServer): Record<string, string> =>
  JSON.parse(readFileSync(join(dir, "passwords.json"), "utf8"))

/** Connections to Redis that come back by themselves, and how they are. */

import { Redis } from "ioredis"
import { backoff } from "../../backoff"
import { type ConnectionEvents, unconnected } from "../../health"
import { scripts } from "./scripts"

const CONNECT_TIMEOUT_MS = 2_000
/**
 * A command that got no answer by then fails, and if nothing came at all, its connection is destroyed and made anew: Redis may
 * have vanished without closing it, or the way to it is cut. Vote has a stricter limit of its own.
 */
const SILENT_MS = 5_000
/**
 * A connection that we give up is cut after this, even if Redis hangs and does not close its side. Until then whoever has a
 * command on it waits, and together with vote's 150 ms that must stay below 200 ms.
 */
const DISCONNECT_TIMEOUT_MS = 20
/** How often a Redis that takes no writes is connected to anew. */
const RENEW_EACH_MS = 2_000

/**
 * Opens a connection that reconnects for ever, with backoff and jitter. Nothing is queued while it is down and nothing
 * is sent twice: a command that fails says so at once, and the caller decides.
 */
export function openRedis(
  url: string,
  { onError, onLost, onConnected }: ConnectionEvents = {},
  answerTimeoutMs = SILENT_MS,
): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // `blockingTimeout` is left out: it would have a silent Redis look like an empty stream.
    commandTimeout: answerTimeoutMs,
    socketTimeout: answerTimeoutMs,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    disableClientInfo: true,
    retryStrategy: (attempt) => backoff(attempt),
    reconnectOnError: demotions(),
    scripts,
  })
  redis.on("error", (error) => onError?.(error))
  redis.on("close", () => onLost?.())
  redis.on("ready", () => onConnected?.())
  return redis
}

/**
 * A Redis that was made a replica keeps its connections, and refuses to write over them for ever. Its name may lead to another
 * Redis by now, so the connection is made anew; while it does not, reading goes on in between.
 */
function demotions(): (error: Error) => boolean {
  let renewedAt = Number.NEGATIVE_INFINITY
  return ({ message }) => {
    if (!message.startsWith("READONLY") || performance.now() - renewedAt < RENEW_EACH_MS) return false
    renewedAt = performance.now()
    return true
  }
}

/** Why nothing can be asked of this Redis now; null when something can. */
export function redisProblem({ status }: Pick<Redis, "status">): string | null {
  return status === "ready" ? null : unconnected("Redis")
}

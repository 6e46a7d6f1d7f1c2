import type { Log } from "@tallyroom/lib/process/logging"

type Event = "ready" | "close"

/**
 * One line when Redis goes away and one when it is back, however often connecting fails in between.
 * @returns hears of the connection's errors, the reason why it goes away
 */
export function logConnection(log: Pick<Log, "info" | "warn">): {
  onError: (error: Error) => void
  follow: (redis: { on(event: Event, listener: () => void): unknown }) => void
} {
  let away = false
  const goneBy = (error?: Error) => {
    if (!away) log.warn({ err: error }, "Redis is away; votes are refused until it is back")
    away = true
  }
  return {
    onError: goneBy,
    follow(redis) {
      redis.on("close", () => goneBy())
      redis.on("ready", () => {
        log.info(away ? "Redis is back" : "connected to Redis")
        away = false
      })
    },
  }
}

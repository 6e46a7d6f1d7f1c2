/** Redis's clock, which vote and the worker share, and how far away it is. */

import type { Redis } from "ioredis"
import { within } from "../../within"
import { InboxAway } from "../contract"

/** TIME is answered by seconds and microseconds. */
type Clock = { time(): Promise<readonly (number | string)[]> }

/** The milliseconds that it shows. */
export async function readRedisClock(redis: Clock): Promise<number> {
  const [seconds, micros] = await redis.time()
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000)
}

/** Nobody votes over a longer way. A connection on which the clock is not told for so long is made anew. */
const LONGEST_WAY_MS = 1_000
/** So old an answer is good enough for what is shown. */
const FRESH_MS = 500

/**
 * Redis's clock as this process knows it from Redis's answers. It reckons on by the time since the process started, which nobody
 * sets. So only Redis's own clock may be set, and the next answer tells that.
 */
export class RedisClock {
  /** Redis's clock minus ours: never more than it was when it was learned. Null before the first answer. */
  private offset: number | null = null
  /** The shortest round trip over this connection, in ms; null before the first answer. */
  private shortest: number | null = null
  private learnedAt = Number.NEGATIVE_INFINITY
  private reading: Promise<void> | null = null

  constructor(private readonly redis: Pick<Redis, "time" | "on" | "status" | "disconnect">) {
    const measure = () => {
      this.shortest = null
      this.reading = null
      void this.read()
    }
    redis.on("ready", measure)
    if (redis.status === "ready") measure()
  }

  /** What Redis's clock shows now, or showed a moment ago; this machine's clock before anything is known of it. */
  now(): number {
    return this.offset === null ? Date.now() : performance.now() + this.offset
  }

  /** How long the way to Redis and back takes; null while that is not known for this connection. */
  way(): number | null {
    return this.shortest
  }

  /** Asks Redis, if nothing was heard of its clock for a while; nobody waits for the answer. */
  refresh(): void {
    if (performance.now() - this.learnedAt > FRESH_MS) void this.read()
  }

  /** Settles once Redis was asked, whether or not it answered. */
  read(): Promise<void> {
    this.reading ??= this.ask().finally(() => {
      this.reading = null
    })
    return this.reading
  }

  /**
   * @param shown what an answer of Redis says that its clock showed
   * @param askedAt when what was answered was asked, by `performance.now()`
   */
  learn(shown: number, askedAt: number): void {
    const now = performance.now()
    const least = shown - now
    // Redis tells whole milliseconds.
    const most = shown + 1 - askedAt
    // What was known before may be nearer to the truth, as this answer's way back took time. If it can't be true, a clock was set.
    if (this.offset === null || this.offset < least || this.offset > most) this.offset = least
    this.shortest = Math.min(this.shortest ?? Number.POSITIVE_INFINITY, now - askedAt)
    this.learnedAt = now
  }

  private async ask(): Promise<void> {
    const askedAt = performance.now()
    try {
      const silent = () => new InboxAway("Redis did not tell its clock")
      this.learn(await within(LONGEST_WAY_MS, readRedisClock(this.redis), silent), askedAt)
    } catch (error) {
      if (error instanceof InboxAway) this.redis.disconnect(true)
    }
  }
}

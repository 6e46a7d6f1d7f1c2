/** The acceptance counts that Redis told this process, so that they are known outside of that Redis, should it lose some. */

import type { Redis } from "ioredis"
import { BoundedMap } from "../../bounded-map"
import { keys } from "../keys"

/** Of so many polls the latest counts are kept. What a Redis loses is of its last seconds. */
const MOST_KEPT = 2_000
/** When the counts are told to a Redis that the worker restores. */
const SOON_MS = 1_000
/** The pause doubles up to this for those that Redis has no copy of: it may get one, or their poll is gone. */
const LATEST_MS = 10_000

export type ToldCount = {
  shard: number
  pollId: string
  /** The poll's number. */
  number: number
  /** Ballots of the poll that were ever accepted in the shard. */
  count: number
  /** Since when the Redis that told it accepted ballots of the poll, in ms by its clock. */
  since: string
}

/** Tells what was told before to each Redis that it is connected to or that is restored. One that lost nothing is not changed by it. */
export class ToldCounts {
  /** The latest count of each poll, shard and Redis. */
  private readonly kept = new BoundedMap<string, ToldCount>(MOST_KEPT)
  /** Since when the Redis that answered last accepts ballots of a poll in a shard. */
  private readonly latest = new BoundedMap<string, string>(MOST_KEPT)
  /** What could not be told to the Redis that was asked last. */
  private untold = new Set<string>()
  private soon: Timer | null = null
  private later: Timer | null = null

  constructor(private readonly redis: Pick<Redis, "on" | "status" | "tellAccepted">) {
    redis.on("ready", () => void this.tell())
  }

  /** Keeps a count that came with an answer. */
  learn(told: ToldCount): void {
    const place = `${told.shard} ${told.number}`
    const before = this.latest.get(place)
    this.latest.set(place, told.since)
    // Another Redis answers, or this one was emptied.
    if (before !== undefined && before !== told.since) this.tellSoon()
    const key = `${place} ${told.since}`
    const earlier = this.kept.get(key)?.count ?? 0
    // Two calls may be answered in another order than they were applied.
    this.kept.set(key, earlier > told.count ? { ...told, count: earlier } : told)
  }

  /** Has the counts told to the Redis that is connected now, in a while. */
  tellSoon(): void {
    this.soon ??= setTimeout(() => {
      this.soon = null
      void this.tell()
    }, SOON_MS).unref()
  }

  /** @param only what could not be told before; undefined for all */
  private async tell(only?: ReadonlySet<string>, pauseMs = SOON_MS): Promise<void> {
    if (!only) this.untold.clear()
    let hasFailed = false
    const due = [...this.kept].filter(([key]) => only?.has(key) ?? true)
    await Promise.all(
      due.map(async ([key, { shard, pollId, number, count, since }]) => {
        const place = [keys.missing(shard), keys.poll(shard, pollId)] as const
        const telling = this.redis.tellAccepted(...place, number, count, since)
        const outcome = await telling.catch(() => "failed" as const)
        if (outcome === "told" && this.kept.get(key)?.count === count) this.kept.delete(key)
        if (outcome === "absent" || outcome === "failed") this.untold.add(key)
        else this.untold.delete(key)
        hasFailed ||= outcome === "failed"
      }),
    )
    // Over a new connection all is told again.
    if (this.untold.size > 0 && this.redis.status === "ready") this.tellLater(hasFailed ? SOON_MS : pauseMs)
  }

  private tellLater(pauseMs: number): void {
    if (this.later) clearTimeout(this.later)
    const tell = () => void this.tell(new Set(this.untold), Math.min(pauseMs * 2, LATEST_MS))
    this.later = setTimeout(tell, pauseMs).unref()
  }
}

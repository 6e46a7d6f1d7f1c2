/** The ballots of a shard in a stream of Redis. Redis itself decides about each ballot, so it must know every voter. */

import { comparePositions, formatPosition, type Position, START } from "@tallyroom/lib/ballots/ballot"
import type { Entry } from "@tallyroom/lib/inbox/contract"
import { keys, RESTORING } from "@tallyroom/lib/inbox/keys"
import { RedisReader } from "@tallyroom/lib/inbox/redis/read"
import type { Retention } from "@tallyroom/lib/inbox/retention"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { Redis } from "ioredis"
import type { Batch } from "../counting/batch"
import { type Counter, PositionMoved } from "../counting/counter"
import { type CopiesToWrite, ShardBehind } from "../polls/projection"
import { AcceptanceWatch } from "./acceptance-watch"
import { takeOver } from "./claim"
import { recordLoss } from "./inbox-loss"
import { addMissing, forgetMissing } from "./missing-ballots"
import { claimPrimary, isClaimed, raiseRevisions } from "./primary"
import { acceptedIn, inspectShard, pollsBehind, readCounters, type ShardInspection } from "./redis-inspection"
import { bookLosses, recordAccepted } from "./redis-losses"
import {
  chooseFloor,
  dropForged,
  forgetVoters,
  lowerFence,
  raiseFence,
  removeGarbage,
  removeUnless,
  restoreVoters,
} from "./redis-restore"
import { behindOf, logSetback, mended, readCounted, recordSetback, WENT_BACK } from "./setback"
import { InboxLost, type Source, type SourceParts } from "./source"
import type { Turns } from "./turns"

export type RedisSourceParts = SourceParts & {
  /** Opens one more connection, for this shard's waiting reads. */
  openRedis: () => Redis
  /** How much of what was counted this shard keeps; null for nothing. */
  retention: Retention | null
  /** By which the shards of this worker restore their voters a few at a time. */
  restoring: Turns
}

export class RedisSource implements Source {
  private readonly readingRedis: Redis
  private readonly reader: RedisReader
  private readonly watch: AcceptanceWatch
  /** The Redis process in which the shard was last inspected. */
  private serving = ""
  /** The one to which the connection leads that reads; empty where that is not known since it was made. */
  private readsFrom = ""
  /** The primary of Postgres for which this shard was opened. */
  private claim = ""

  constructor(
    private readonly shard: number,
    private readonly parts: RedisSourceParts,
  ) {
    this.readingRedis = parts.openRedis()
    this.readingRedis.on("close", () => {
      this.readsFrom = ""
    })
    this.reader = new RedisReader(shard, parts.redis, this.readingRedis, parts.retention)
    this.watch = new AcceptanceWatch(shard, parts)
    this.watch.start()
  }

  /**
   * A Redis that lost nothing is opened as it is. In any other, and where Postgres has lost what it had counted, what is left is
   * counted, the losses are written into the books, the voters come back from Postgres, and only then ballots are accepted.
   */
  async open(counter: Counter, onRestoring: (why?: string) => void): Promise<void> {
    const { redis, sql, polls, log } = this.parts
    await takeOver(this.shard, this.parts)
    const primary = await claimPrimary(this.shard, this.parts, counter)
    this.claim = primary.claim
    this.reader.countsIn(this.claim)
    await this.watch.recordAnew()
    if (await dropForged(redis, this.shard))
      log.error({ shard: this.shard }, "entries with ids that no clock gives were removed from Redis")
    const short = await addMissing(redis, this.shard, polls.all())
    this.watch.isShort = false
    const found = await inspectShard(redis, this.shard)
    this.serving = found.serving
    const counters = await readCounters(redis, this.shard, polls.all())
    const behind = await pollsBehind(sql, this.shard, polls.all(), counters)
    const wasSetBack = comparePositions(found.last, counter.position) < 0
    const wasOpen = found.fence !== "" && !found.fence.startsWith(RESTORING)
    const counted = behindOf(await readCounted(redis, this.shard), counter)
    const wentBack = await recordSetback(sql, counter.holding(), counted)
    if (wentBack || primary.isPromoted) await raiseRevisions(this.shard, this.parts)
    const seemsSound = wasOpen && !wasSetBack && !wentBack && behind.length === 0 && short.length === 0
    if (seemsSound && (await this.openAsItIs(found, counter))) return this.reader.forgetUnlessRetained()
    onRestoring(wentBack ? WENT_BACK : undefined)
    if (counted) logSetback(log, counter, counted)
    if (short.length > 0) {
      const ids = { shard: this.shard, polls: idsOf(short) }
      log.error(ids, "Redis came back without ballots that it had accepted: they are booked as lost")
    }
    if (behind.length > 0 || short.length > 0 || (wasSetBack && !isStreamAlone(found, counters)))
      await recordLoss(sql, this.shard)
    const isWhole = !wasSetBack && !wentBack
    if (wentBack) await this.recall()
    await this.restore(counter, found, counters, { behind, restored: isWhole ? behind : polls.all() })
    if (wentBack) await mended(sql, log, counter)
    await forgetMissing(redis, this.shard, short)
    await this.reader.forgetUnlessRetained()
  }

  /** All copies were written before the fence was lowered. */
  async onCounting(): Promise<void> {}

  /** Only an idle shard asks: `cast.lua` itself accepts nothing in a Redis for which the fence was not lowered. */
  async check(counter: Counter, isIdle: boolean): Promise<boolean> {
    if (this.watch.isShort) return false
    if (!isIdle) return true
    const { fence, serving, last } = await inspectShard(this.parts.redis, this.shard)
    if (fence !== serving || !(await isClaimed(this.shard, this.parts.redis, this.claim))) return false
    // Time passes for what is retained, and memory may be short, though nobody votes.
    if (this.parts.retention !== null) await this.release(counter.position)
    // What got an id up to there, and neither waits nor was counted, went with an earlier Redis.
    if (comparePositions(counter.position, last) < 0 && !(await this.reader.hasAny(counter.position, last)))
      await counter.moveTo(last)
    return true
  }

  async read(after: Position, count: number, waitMs: number): Promise<Entry[]> {
    if (this.readsFrom !== this.serving) await this.verifyReading()
    return this.reader.read(after, count, waitMs)
  }

  /**
   * A connection may outlive the failover that the other one has followed. Entries of an old master would move the position past
   * those that the new one has.
   */
  private async verifyReading(): Promise<void> {
    const { serving } = await inspectShard(this.readingRedis, this.shard)
    if (serving !== this.serving) {
      this.readingRedis.disconnect(true)
      throw new Error(
        "the connection that reads leads to another Redis than the one in which the shard is open",
      )
    }
    this.readsFrom = serving
  }

  acceptedOf({ polls }: Batch): Promise<Map<number, number>> {
    return acceptedIn(this.parts.redis, this.shard, polls)
  }

  /** Redis decides before it writes, so that only what nobody but an intruder writes comes here. */
  async forget(): Promise<void> {}

  release(upTo: Position): Promise<void> {
    return this.reader.release(upTo)
  }

  async project(which: CopiesToWrite): Promise<void> {
    try {
      await this.parts.projection.write(which)
    } catch (error) {
      if (error instanceof ShardBehind) throw new InboxLost(error.message, { cause: error })
      throw error
    }
  }

  async seal(): Promise<void> {
    await raiseFence(this.parts.redis, this.shard)
  }

  onReturn(back: () => void): () => void {
    const connections = [this.parts.redis, this.readingRedis]
    for (const connection of connections) connection.on("ready", back)
    return () => {
      for (const connection of connections) connection.off("ready", back)
    }
  }

  async close(): Promise<void> {
    this.watch.stop()
    this.readingRedis.disconnect()
  }

  /** @returns false when this Redis turns out to hold less than it should, or garbage */
  private async openAsItIs({ fence, serving, last }: ShardInspection, counter: Counter): Promise<boolean> {
    try {
      await this.parts.projection.write("all")
    } catch (error) {
      if (error instanceof ShardBehind) return false
      throw error
    }
    if (fence === serving) return true
    const { redis, sql } = this.parts
    // Redis may have lost its end, alone or together with Postgres: a receipt of what neither has must not wait for the next ballot.
    const floor = await chooseFloor(redis, sql, counter.holding(), [counter.position, last])
    if (comparePositions(last, counter.position) === 0) await counter.moveTo(floor)
    await this.lowerFence(floor, fence, serving)
    return true
  }

  /** Has what Postgres lost be counted again, as far as it was retained. */
  private async recall(): Promise<void> {
    await removeUnless(this.parts.redis, keys.retained(this.shard), "stream")
    this.reader.recall()
  }

  private async restore(
    counter: Counter,
    found: ShardInspection,
    counters: Map<number, number>,
    { behind, restored }: { behind: Poll[]; restored: Poll[] },
  ): Promise<void> {
    const { shard } = this
    const { redis, sql, projection, log, polls } = this.parts
    if (restored.length > 0) {
      log.warn(
        { shard, polls: idsOf(restored) },
        "Redis and Postgres are not of one time, or Redis was wiped: restoring it",
      )
    }
    const marker = await raiseFence(redis, shard)
    await this.requireUnchanged(found, counters)
    const spoilt = await removeGarbage(redis, shard, polls.all())
    if (spoilt.length > 0) log.error({ shard, polls: idsOf(spoilt) }, "voters were garbage in Redis")
    await recordAccepted(sql, counter.holding(), counters)
    await counter.drain()
    for (const loss of await bookLosses(sql, counter.holding())) {
      if (loss.lost > 0) log.error({ shard, ...loss }, "accepted ballots are lost")
    }
    await this.restoreVoters(new Set([...restored, ...spoilt]), new Set(behind), marker)
    await polls.refreshTogether()
    await projection.write("all", marker)
    await counter.moveTo(await chooseFloor(redis, sql, counter.holding(), [counter.position, found.last]))
    await this.release(counter.position)
    await this.lowerFence(counter.position, marker, found.serving)
  }

  /**
   * What was found before the fence was raised must still be there: otherwise other voters have to be restored.
   * @throws {InboxLost} when Redis was emptied or replaced since then
   */
  private async requireUnchanged(found: ShardInspection, counters: Map<number, number>): Promise<void> {
    const { redis, polls } = this.parts
    const { last } = await inspectShard(redis, this.shard)
    const now = await readCounters(redis, this.shard, polls.all())
    const hasLess = [...counters].some(([poll, count]) => (now.get(poll) ?? 0) < count)
    if (hasLess || comparePositions(last, found.last) < 0)
      throw new InboxLost("Redis lost what it held while it was looked into")
  }

  private async restoreVoters(polls: Set<Poll>, behind: ReadonlySet<Poll>, marker: string): Promise<void> {
    const { redis, sql, log, restoring } = this.parts
    const { shard } = this
    // Nobody votes there any more, and this Redis may hold another vote of somebody than the one that counts.
    const over = [...polls].filter((poll) => poll.state === "final" && behind.has(poll))
    const votable = [...polls].filter(({ state }) => state !== "final" && state !== "draft")
    if (!(await forgetVoters(redis, shard, over, marker))) throw new PositionMoved()
    const voters = await restoring.take(() => restoreVoters(redis, sql, { shard, polls: votable, marker }))
    if (voters === null) throw new PositionMoved()
    if (voters > 0) log.warn({ shard, polls: votable.length, voters }, "voters restored into Redis")
  }

  private async lowerFence(position: Position, expected: string, serving: string): Promise<void> {
    const { shard, parts } = this
    await lowerFence(parts.redis, shard, position, { fence: expected, serving })
    parts.log.info({ shard, after: formatPosition(position) }, "shard opened")
  }
}

/** Whether nothing but the stream went away: then the acceptance counters tell exactly what went with it. */
function isStreamAlone({ last }: ShardInspection, counters: Map<number, number>): boolean {
  return comparePositions(last, START) === 0 && [...counters.values()].some((accepted) => accepted > 0)
}

function idsOf(polls: Poll[]): string[] {
  return polls.map((poll) => poll.id)
}

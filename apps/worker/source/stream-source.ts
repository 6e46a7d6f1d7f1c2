/** The ballots of a shard in a stream at a broker. Polls stay in Redis; a broker releases nothing that was counted. */

import { type Position, START } from "@tallyroom/lib/ballots/ballot"
import type { Entry } from "@tallyroom/lib/inbox/contract"
import { readRedisClock } from "@tallyroom/lib/inbox/redis/clock"
import type { BrokerAdmin } from "@tallyroom/lib/inbox/stream/contract"
import { encodeStopMarker } from "@tallyroom/lib/inbox/stream/entries"
import { sealShard, writeShardState } from "@tallyroom/lib/inbox/stream/shard-state"
import type { Batch } from "../counting/batch"
import type { Counter } from "../counting/counter"
import type { WorkerMetrics } from "../metrics"
import type { CopiesToWrite } from "../polls/projection"
import { AcceptanceCounts } from "./acceptance-counts"
import { takeOver } from "./claim"
import { inspectShard, type ShardInspection } from "./redis-inspection"
import { lowerFence, raiseFence } from "./redis-restore"
import { ReadMark } from "./read-mark"
import { InboxLost, type Source, type SourceParts } from "./source"
import { StopMarkers } from "./stop-markers"
import { StreamCursor } from "./stream-cursor"
import { eachStandingBallot, expiredPolls, streamOf } from "./stream-restore"
import { StreamVerification } from "./stream-verification"

/** How often vote is told how much waits, and the broker is asked whether it still has the stream. */
const CHECK_MS = 500
const FORGET_MS = 60_000

export type StreamSourceParts = SourceParts & { broker: BrokerAdmin; metrics: WorkerMetrics }

export class StreamSource implements Source {
  private readonly cursor: StreamCursor
  private readonly acceptance: AcceptanceCounts
  private readonly stops: StopMarkers
  private readonly verification: StreamVerification
  private readonly readMark: ReadMark
  private stream = ""
  private checkedAt = Number.NEGATIVE_INFINITY
  private forgotAt = Number.NEGATIVE_INFINITY
  private turn = 0
  /** While all copies are written into a Redis process that had none from this worker. */
  private adopting: Promise<void> | null = null

  constructor(
    private readonly shard: number,
    private readonly parts: StreamSourceParts,
  ) {
    this.stops = new StopMarkers(parts.sql, parts.redis, shard)
    this.cursor = new StreamCursor(this.stops)
    this.acceptance = new AcceptanceCounts(parts.sql, shard)
    this.verification = new StreamVerification(parts.sql, parts.broker, shard)
    this.readMark = new ReadMark(parts.sql)
  }

  /** A stream that still has what was counted of it goes on; a new one takes the place of any other. */
  async open(counter: Counter, onRestoring: () => void): Promise<void> {
    const { broker, sql } = this.parts
    const problem = broker.problem()
    if (problem !== null) throw new Error(problem)
    await takeOver(this.shard, this.parts)
    const stream = await streamOf(sql, this.shard)
    if (stream === null || (await this.verification.isLost(stream, counter.position.seq))) {
      onRestoring()
      this.stream = await this.renew(counter, stream)
    } else this.stream = stream
    await this.cursor.follow(broker.reader(this.stream))
    await this.acceptance.load()
    this.stops.forget()
    this.readMark.forget()
  }

  async onCounting(): Promise<void> {
    await this.project("all")
    this.checkedAt = Number.NEGATIVE_INFINITY
  }

  async check(counter: Counter, isIdle: boolean): Promise<boolean> {
    if (performance.now() - this.checkedAt < CHECK_MS) return true
    this.checkedAt = performance.now()
    const { broker, polls, metrics } = this.parts
    // Vote compares it by the same clock; unknown while Redis is away.
    const verifiedAt = await this.verifyRedis().catch(() => null)
    const length = await broker.length(this.stream)
    if (length === null) throw new InboxLost("the broker has lost the stream")
    if (this.verification.isDue() && (await this.verification.isLost(this.stream, counter.position.seq)))
      throw new InboxLost("the broker has lost the end of the stream")
    const waiting = Math.max(0, length - counter.position.seq)
    metrics.backlog.set({ shard: String(this.shard) }, waiting)
    if (verifiedAt !== null) {
      await this.tellVote(waiting, verifiedAt)
      // RabbitMQ's consumer may lag behind: there only the length tells.
      const isAtEnd = isIdle && broker.refusesSecondVotes
      await this.readMark.see(counter.holding(), verifiedAt, length, isAtEnd)
    }
    for (const stopped of await this.stops.due(polls.all())) {
      await broker.append(this.stream, [{ text: encodeStopMarker(stopped) }])
    }
    await this.forgetPolls()
    return true
  }

  read(after: Position, count: number, waitMs: number): Promise<Entry[]> {
    return this.cursor.read(after, count, waitMs)
  }

  acceptedOf(batch: Batch): Promise<Map<number, number>> {
    return this.acceptance.with(batch)
  }

  /** As after the end of a poll, when a ballot reached the stream although its voter was told to send it again. */
  forget(ballots: Position[]): Promise<void> {
    return this.parts.broker.forgetBallots(this.stream, ballots)
  }

  /** A stream remembers who has voted: nothing of it is released. */
  async release(): Promise<void> {}

  /** Vote believes only a Redis process into which the holder of shard 0 has written all copies: another may hold older ones. */
  async project(which: CopiesToWrite): Promise<void> {
    const { projection, redis } = this.parts
    const found = await inspectShard(redis, this.shard)
    if (found.fence === found.serving) return projection.write(which)
    this.adopting ??= this.adopt(found).finally(() => {
      this.adopting = null
    })
    await this.adopting
    await projection.write("changed")
  }

  private async adopt({ fence, serving }: ShardInspection): Promise<void> {
    const { projection, redis } = this.parts
    projection.forget()
    const expected = fence === "" ? await raiseFence(redis, this.shard) : fence
    await projection.writeTombstones()
    await projection.write("all")
    await lowerFence(redis, this.shard, START, { fence: expected, serving })
  }

  /** @returns Redis's clock, once vote can believe the copies of the polls there */
  private async verifyRedis(): Promise<number> {
    const { redis } = this.parts
    const [now, { fence, serving }] = await Promise.all([
      readRedisClock(redis),
      inspectShard(redis, this.shard),
    ])
    if (fence !== serving) await this.project("all")
    return now
  }

  /** What vote wrote now would be lost with the stream. */
  async seal(): Promise<void> {
    await sealShard(this.parts.redis, this.shard)
  }

  close(): Promise<void> {
    return this.cursor.close()
  }

  /**
   * Begins another stream: the first, or in the place of one that the broker has lost. What waited in that is lost with it.
   * A broker that refuses second votes is first told who has voted; only then vote learns the stream's name.
   */
  private async renew(counter: Counter, before: string | null): Promise<string> {
    const { broker, redis, sql, polls, instance, log } = this.parts
    const { shard } = this
    const name = `${instance.slice(0, 8)}-s${shard}-${Date.now().toString(36)}`
    if (before !== null) {
      log.error({ shard, stream: before }, "the broker lost a stream: ballots that waited in it are lost")
    }
    await broker.create(name)
    let restored = 0
    if (broker.refusesSecondVotes) {
      await eachStandingBallot(sql, shard, polls.all(), async (entries) => {
        await broker.append(name, entries)
        restored += entries.length
      })
    }
    const length = (await broker.length(name)) ?? 0
    const now = await readRedisClock(redis)
    const position = { ms: Math.max(now, counter.position.ms), seq: restored === 0 ? 0 : length }
    await counter.moveTo(position, { name, readUntil: now })
    log.info({ shard, stream: name, restored }, "a new stream holds the inbox")
    return name
  }

  /** Redis may be away: what is in the stream is counted all the same. */
  private async tellVote(waiting: number, verifiedAt: number): Promise<void> {
    const { redis, log } = this.parts
    const state = { stream: this.stream, waiting, turn: ++this.turn, verifiedAt }
    await writeShardState(redis, this.shard, state).catch((error) =>
      log.debug({ err: error }, "vote was not told how much waits"),
    )
  }

  private async forgetPolls(): Promise<void> {
    if (performance.now() - this.forgotAt < FORGET_MS) return
    this.forgotAt = performance.now()
    for (const poll of await expiredPolls(this.parts.sql))
      await this.parts.broker.forgetPoll(this.stream, poll)
  }
}

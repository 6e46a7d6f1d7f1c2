/** The ballots of a shard in a stream at a broker. Polls stay in Redis; a broker releases nothing that was counted. */

import { type Position, START } from "@tallyroom/lib/ballots/ballot"
import type { Entry } from "@tallyroom/lib/inbox/contract"
import { readRedisClock } from "@tallyroom/lib/inbox/redis/clock"
import { readAnswerCounts } from "@tallyroom/lib/inbox/stream/answer-counts"
import { type BrokerAdmin, READING_USABLE_MS } from "@tallyroom/lib/inbox/stream/contract"
import { encodeStopMarker } from "@tallyroom/lib/inbox/stream/entries"
import { sealShard, writeShardState } from "@tallyroom/lib/inbox/stream/shard-state"
import type { Batch } from "../counting/batch"
import type { Counter } from "../counting/counter"
import type { WorkerMetrics } from "../metrics"
import type { CopiesToWrite } from "../polls/projection"
import { AcceptanceCounts } from "./acceptance-counts"
import { takeOver } from "./claim"
import { recordLoss } from "./inbox-loss"
import { ReadMark } from "./read-mark"
import { inspectShard, type ShardInspection } from "./redis-inspection"
import { bookLosses, recordAccepted } from "./redis-losses"
import { lowerFence, raiseFence } from "./redis-restore"
import { InboxLost, type Source, type SourceParts } from "./source"
import { StopMarkers } from "./stop-markers"
import { StreamCursor } from "./stream-cursor"
import { StreamRemains } from "./stream-remains"
import { eachStandingBallot, expiredPolls, streamOf } from "./stream-restore"
import { StreamVerification } from "./stream-verification"

/** How often vote is told how much waits, and the broker is asked whether it still has the stream. */
const CHECK_MS = 500
const FORGET_MS = 60_000

export type StreamSourceParts = SourceParts & {
  broker: BrokerAdmin
  metrics: WorkerMetrics
  /** Called when all copies of polls were written into a Redis that had none from this worker: it may lack the tallies, too. */
  onAdopted: () => void
}

export class StreamSource implements Source {
  private readonly cursor: StreamCursor
  private readonly acceptance: AcceptanceCounts
  private readonly stops: StopMarkers
  private readonly verification: StreamVerification
  private readonly readMark: ReadMark
  private readonly remains: StreamRemains
  private stream = ""
  private settled = 0
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
    this.cursor = new StreamCursor(this.stops, (missing) => this.bookGap(missing))
    this.remains = new StreamRemains(parts.sql, parts.broker, shard)
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
    await this.acceptance.load()
    if (stream === null || (await this.verification.isLost(stream, counter.position.seq))) {
      onRestoring()
      this.stream = await this.renew(counter, stream)
    } else this.stream = stream
    await this.cursor.follow(broker.reader(this.stream))
    this.settled = counter.position.seq
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
    const look = await broker.look(this.stream)
    if (look === null) throw new InboxLost("the broker has lost the stream")
    if (look.wasEmptied) throw new InboxLost("the stream was emptied at the broker")
    const { length } = look
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
      await broker.append(this.stream, [{ text: encodeStopMarker(stopped), stop: stopped }])
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

  /** A stream remembers who has voted: nothing of it is released. But what is no vote was forgotten until here. */
  async release({ seq }: Position): Promise<void> {
    this.settled = seq
  }

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
    const { projection, redis, onAdopted } = this.parts
    await takeOver(this.shard, this.parts)
    const expected = fence === "" ? await raiseFence(redis, this.shard) : fence
    await projection.write("all")
    await lowerFence(redis, this.shard, START, { fence: expected, serving })
    onAdopted()
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
    const { redis, instance, log } = this.parts
    const { shard } = this
    const name = `${instance.slice(0, 8)}-s${shard}-${Date.now().toString(36)}`
    if (before !== null) await this.giveUp(before, counter)
    await this.remains.recordMade(name)
    const restored = await this.fill(name).catch(async (error) => {
      await this.remains.remove(name).catch((err) => log.debug({ err }, "a stream is left behind for now"))
      throw error
    })
    const now = await readRedisClock(redis)
    await counter.moveTo(
      { ms: Math.max(now, counter.position.ms), seq: 1 + restored },
      { name, readUntil: now },
    )
    if (before !== null) await this.remains.recordReplaced(before)
    log.info({ shard, stream: name, restored }, "a new stream holds the inbox")
    return name
  }

  /** Makes a stream that knows who has voted, where the broker is to know. @returns how many ballots stand in it */
  private async fill(name: string): Promise<number> {
    const { broker, sql, polls } = this.parts
    await broker.create(name)
    if (!broker.refusesSecondVotes) return 0
    await eachStandingBallot(sql, this.shard, polls.all(), (entries) => broker.append(name, entries))
    return ((await broker.look(name))?.length ?? 1) - 1
  }

  /**
   * Counts what is left of a stream that was emptied, or came into it before vote knew; of any other nothing is left. From here on vote
   * takes nothing, as what it wrote there would be read by nobody. What vote had answered and nobody has read goes into the books as
   * lost.
   */
  private async giveUp(stream: string, counter: Counter): Promise<void> {
    const { broker, redis, polls, sql, log } = this.parts
    await this.seal()
    const look = await broker.look(stream)
    if (look?.wasEmptied) {
      await Bun.sleep(READING_USABLE_MS)
      await this.cursor.follow(broker.reader(stream))
      await counter.drain()
    }
    await recordLoss(sql, this.shard)
    await recordAccepted(sql, counter.holding(), await readAnswerCounts(redis, this.shard, polls.all()))
    for (const loss of await bookLosses(sql, counter.holding())) {
      if (loss.lost > 0) log.error({ shard: this.shard, ...loss }, "ballots were lost with the inbox")
    }
    await this.acceptance.load()
    const waiting = look ? { waiting: Math.max(0, look.length - counter.position.seq) } : {}
    log.error(
      { shard: this.shard, stream, ...waiting },
      "the broker lost a stream: ballots that waited in it are lost",
    )
  }

  private async bookGap(missing: number): Promise<void> {
    const { sql, log } = this.parts
    log.error(
      { shard: this.shard, stream: this.stream, missing },
      "entries were removed before they were counted",
    )
    await recordLoss(sql, this.shard)
  }

  /** Redis may be away: what is in the stream is counted all the same. */
  private async tellVote(waiting: number, verifiedAt: number): Promise<void> {
    const { redis, log } = this.parts
    const state = { stream: this.stream, waiting, turn: ++this.turn, verifiedAt, settled: this.settled }
    await writeShardState(redis, this.shard, state).catch((error) =>
      log.debug({ err: error }, "vote was not told how much waits"),
    )
  }

  private async forgetPolls(): Promise<void> {
    if (performance.now() - this.forgotAt < FORGET_MS) return
    this.forgotAt = performance.now()
    for (const poll of await expiredPolls(this.parts.sql))
      await this.parts.broker.forgetPoll(this.stream, poll)
    await this.remains.removeOld()
  }
}

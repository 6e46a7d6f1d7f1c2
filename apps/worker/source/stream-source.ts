/** The ballots of a shard in a stream at a broker. Polls stay in Redis; a broker releases nothing that was counted. */

import { type Position, START } from "@tallyroom/lib/ballots/ballot"
import type { Entry } from "@tallyroom/lib/inbox/contract"
import { keys } from "@tallyroom/lib/inbox/keys"
import { readRedisClock } from "@tallyroom/lib/inbox/redis/clock"
import { readAnswerCounts } from "@tallyroom/lib/inbox/stream/answer-counts"
import { type BrokerAdmin, READING_USABLE_MS } from "@tallyroom/lib/inbox/stream/contract"
import { encodeStopMarker } from "@tallyroom/lib/inbox/stream/entries"
import { sealShard, writeShardState } from "@tallyroom/lib/inbox/stream/shard-state"
import type { Batch } from "../counting/batch"
import type { Counter } from "../counting/counter"
import type { WorkerMetrics } from "../metrics"
import { type CopiesToWrite, ShardBehind } from "../polls/projection"
import { AcceptanceCounts } from "./acceptance-counts"
import { takeOver } from "./claim"
import { recordLoss } from "./inbox-loss"
import { claimPrimary, isClaimed, raiseRevisions } from "./primary"
import { ReadMark } from "./read-mark"
import { inspectShard, type ShardInspection } from "./redis-inspection"
import { bookLosses, recordAccepted } from "./redis-losses"
import { lowerFence, raiseFence } from "./redis-restore"
import {
  type CountedUpTo,
  formatCounted,
  logSetback,
  mended,
  readCounted,
  recordSetback,
  WENT_BACK,
} from "./setback"
import { InboxLost, type Source, type SourceParts } from "./source"
import { StopMarkers } from "./stop-markers"
import { StopProofs } from "./stop-proof"
import { StreamCursor } from "./stream-cursor"
import { StreamRemains } from "./stream-remains"
import { eachStandingBallot, expiredPolls, streamOf } from "./stream-restore"
import { behindInStream, Recount } from "./stream-setback"
import { StreamVerification } from "./stream-verification"

/** How often vote is told how much waits, and the broker is asked whether it still has the stream. */
const CHECK_MS = 500
const FORGET_MS = 60_000
/** A stream in which nothing comes for so long has been read to its end. */
const REST_MS = 2_000

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
  private readonly proofs: StopProofs
  private readonly verification: StreamVerification
  private readonly readMark: ReadMark
  private readonly remains: StreamRemains
  private stream = ""
  /** The primary of Postgres for which this shard was opened. */
  private claim = ""
  private settled = 0
  /** Up to where this worker has counted. */
  private counted: CountedUpTo | null = null
  /** While Postgres, which went back, counts again what the broker still holds. */
  private recount: Recount | null = null
  private checkedAt = Number.NEGATIVE_INFINITY
  private forgotAt = Number.NEGATIVE_INFINITY
  private turn = 0
  /** The stream that was last said to be lost: while no new one can be made in its place it is found lost again and again. */
  private toldLost: string | null = null
  private isUnprovenTold = false
  /** While all copies are written into a Redis process that had none from this worker. */
  private adopting: Promise<void> | null = null

  constructor(
    private readonly shard: number,
    private readonly parts: StreamSourceParts,
  ) {
    this.proofs = new StopProofs(parts.sql)
    this.stops = new StopMarkers(parts.sql, parts.redis, shard, this.proofs)
    this.cursor = new StreamCursor(
      parts.broker,
      this.stops,
      (missing) => this.bookGap(missing),
      (position) => this.tellUnproven(position),
    )
    this.remains = new StreamRemains(parts.sql, parts.broker, shard)
    this.acceptance = new AcceptanceCounts(parts.sql, shard)
    this.verification = new StreamVerification(parts.sql, parts.broker, shard)
    this.readMark = new ReadMark(parts.sql)
  }

  /**
   * A stream that still has what was counted of it goes on; a new one takes the place of any other. If Postgres has lost what it had
   * counted, it is counted again from what the broker still holds.
   */
  async open(counter: Counter, onRestoring: (why?: string) => void): Promise<void> {
    const { broker, sql, redis, log } = this.parts
    const problem = broker.problem()
    if (problem !== null) throw new Error(problem)
    await takeOver(this.shard, this.parts)
    const { claim, isPromoted } = await claimPrimary(this.shard, this.parts, counter)
    this.claim = claim
    this.proofs.forget()
    this.recount = null
    const known = await streamOf(sql, this.shard)
    const counted = behindInStream(await readCounted(redis, this.shard), known, counter)
    const wentBack = await recordSetback(sql, counter.holding(), counted)
    if (wentBack || isPromoted) await raiseRevisions(this.shard, this.parts)
    if (wentBack) onRestoring(WENT_BACK)
    if (counted) logSetback(log, counter, counted)
    const later = counted?.stream ?? known
    const isLaterLost = later !== known && later !== null && !(await this.moveOn(known, later, counter))
    const stream = isLaterLost ? known : later
    await this.acceptance.load()
    if (stream === null || isLaterLost || (await this.verification.isLost(stream, counter.position.seq))) {
      onRestoring(wentBack ? WENT_BACK : undefined)
      this.stream = await this.renew(counter, stream, isLaterLost)
    } else this.stream = stream
    if (wentBack) this.recount = await Recount.begin(this.shard, this.parts)
    this.isUnprovenTold = false
    await this.cursor.follow(this.stream)
    this.toldLost = null
    await this.renewLimits()
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
    const { broker, polls, metrics, redis } = this.parts
    // While Redis is away nobody else can claim it, either.
    if (!(await isClaimed(this.shard, redis, this.claim).catch(() => true))) return false
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
      await this.tellVote(waiting, verifiedAt, counter.position)
      // RabbitMQ's consumer may lag behind: there only the length tells.
      const isAtEnd = isIdle && broker.refusesSecondVotes
      await this.readMark.see(counter.holding(), verifiedAt, length, isAtEnd)
    }
    if (this.recount?.isDone(counter, isIdle, length)) await this.settle(this.recount, counter)
    for (const stopped of await this.stops.due(polls.all())) {
      const proof = await this.proofs.of(this.stream, stopped)
      await broker.append(this.stream, [{ text: encodeStopMarker(stopped), stop: stopped, proof }])
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
  async release(position: Position): Promise<void> {
    this.settled = position.seq
    this.counted = { position, stream: this.stream }
  }

  /** Vote believes only a Redis process into which the holder of shard 0 has written all copies: another may hold older ones. */
  async project(which: CopiesToWrite): Promise<void> {
    const { projection, redis } = this.parts
    const found = await inspectShard(redis, this.shard)
    if (found.fence === found.serving && (await this.writeCopies(which))) return
    this.adopting ??= this.adopt(found).finally(() => {
      this.adopting = null
    })
    await this.adopting
    await projection.write("changed")
  }

  /** @returns false when Redis holds changes of polls that Postgres does not know */
  private async writeCopies(which: CopiesToWrite): Promise<boolean> {
    try {
      await this.parts.projection.write(which)
      return true
    } catch (error) {
      if (error instanceof ShardBehind) return false
      throw error
    }
  }

  /** @param isAhead whether Redis holds changes of polls that Postgres does not know, as it went back: they are replaced */
  private async adopt({ fence, serving }: ShardInspection, isAhead = false): Promise<void> {
    const { projection, redis, onAdopted } = this.parts
    await takeOver(this.shard, this.parts)
    const expected = fence === "" || isAhead ? await raiseFence(redis, this.shard) : fence
    try {
      await projection.write("all", isAhead ? expected : undefined)
    } catch (error) {
      if (isAhead || !(error instanceof ShardBehind)) throw error
      return this.adopt({ fence, serving, last: START }, true)
    }
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

  /** Redis learns how far the last batch came: it may have been counted since Redis was told. */
  async close(): Promise<void> {
    const { redis } = this.parts
    if (this.counted)
      await redis.putValues(1, keys.counted(this.shard), formatCounted(this.counted)).catch(() => {})
    await this.cursor.close()
  }

  /**
   * Goes on in a later stream than Postgres knows, from its beginning; what is left in the one before is counted first.
   * @returns false when the broker has lost it
   */
  private async moveOn(known: string | null, later: string, counter: Counter): Promise<boolean> {
    const { broker } = this.parts
    if (await this.verification.isLost(later, 0)) return false
    if (known !== null && (await broker.look(known)) !== null) {
      await this.acceptance.load()
      await this.cursor.follow(known)
      await counter.drain(REST_MS)
    }
    await counter.moveTo({ ms: await this.after(counter.position), seq: 0 }, { name: later, readUntil: null })
    return true
  }

  /**
   * The ms of a place in another stream that comes after everything in the one before, whatever the clocks say: a poll whose end was
   * read there becomes final, as nothing of that stream will be counted any more.
   */
  private async after(position: Position): Promise<number> {
    const [row] = await this.parts.sql`SELECT max(ms) AS ms FROM closings WHERE shard = ${this.shard}`
    return Math.max(position.ms, Number(row?.ms ?? 0)) + 1
  }

  /** Postgres has counted again what the broker still holds; what it does not hold is lost. */
  private async settle(recount: Recount, counter: Counter): Promise<void> {
    const { sql, log } = this.parts
    await recount.book(counter)
    await this.acceptance.load()
    await mended(sql, log, counter)
    this.recount = null
  }

  /**
   * Begins another stream: the first, or in the place of one that the broker has lost. What waited in that is lost with it.
   * A broker that refuses second votes is first told who has voted; only then vote learns the stream's name.
   * @param hasRest whether something may be left in the stream before that was not counted
   */
  private async renew(counter: Counter, before: string | null, hasRest: boolean): Promise<string> {
    const { redis, instance, log } = this.parts
    const { shard } = this
    const name = `${instance.slice(0, 8)}-s${shard}-${Date.now().toString(36)}`
    if (before !== null) await this.giveUp(before, counter, hasRest)
    await this.remains.recordMade(name)
    const restored = await this.fill(name).catch(async (error) => {
      await this.remains.remove(name).catch((err) => log.debug({ err }, "a stream is left behind for now"))
      throw error
    })
    const now = await readRedisClock(redis)
    const ms = Math.max(now, await this.after(counter.position))
    await counter.moveTo({ ms, seq: 1 + restored }, { name, readUntil: now })
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
  private async giveUp(stream: string, counter: Counter, hasRest: boolean): Promise<void> {
    const { broker, redis, polls, sql, log } = this.parts
    await this.seal()
    const look = await broker.look(stream)
    if (look?.wasEmptied || (look && hasRest)) {
      await Bun.sleep(READING_USABLE_MS)
      await this.cursor.follow(stream)
      await counter.drain(hasRest ? REST_MS : 0)
    }
    if (this.toldLost !== stream) await recordLoss(sql, this.shard)
    await recordAccepted(sql, counter.holding(), await readAnswerCounts(redis, this.shard, polls.all()))
    for (const loss of await bookLosses(sql, counter.holding())) {
      if (loss.lost > 0) log.error({ shard: this.shard, ...loss }, "accepted ballots are lost")
    }
    await this.acceptance.load()
    if (this.toldLost === stream) return
    const waiting = look ? { waiting: Math.max(0, look.length - counter.position.seq) } : {}
    log.error(
      { shard: this.shard, stream, ...waiting },
      "the broker lost a stream: ballots that waited in it are lost",
    )
    this.toldLost = stream
  }

  private async bookGap(missing: number): Promise<void> {
    const { sql, log } = this.parts
    log.error(
      { shard: this.shard, stream: this.stream, missing },
      "entries were removed before they were counted",
    )
    await recordLoss(sql, this.shard)
  }

  /** A user at the broker who may not change streams is no reason not to count. */
  private async renewLimits(): Promise<void> {
    const { broker, log } = this.parts
    const stream = { shard: this.shard, stream: this.stream }
    try {
      if (await broker.renewLimits(this.stream))
        log.info(stream, "the stream of an earlier version has the limits of this one")
    } catch (err) {
      log.warn(
        { ...stream, err },
        "the stream keeps the limits of an earlier version: let the worker's user change it (docs/upgrading.md)",
      )
    }
  }

  /** Once for each opening: who can write one marker can write a thousand. */
  private tellUnproven({ seq }: Position): void {
    if (this.isUnprovenTold) return
    this.isUnprovenTold = true
    this.parts.log.warn(
      { shard: this.shard, stream: this.stream, seq },
      "a stop marker that no worker of this version has written ends no poll: a worker from before an upgrade wrote it, or somebody else who may write ballots",
    )
  }

  /** Redis may be away: what is in the stream is counted all the same. */
  private async tellVote(waiting: number, verifiedAt: number, position: Position): Promise<void> {
    const { redis, log } = this.parts
    const state = { stream: this.stream, waiting, turn: ++this.turn, verifiedAt, settled: this.settled }
    const counted = formatCounted({ position, stream: this.stream })
    await writeShardState(redis, this.shard, state, counted).catch((error) =>
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

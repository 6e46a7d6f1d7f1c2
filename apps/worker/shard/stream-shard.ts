/** One shard's life at the worker that holds its lease, where its ballots are in a stream at a broker. */

import { backoff, pause } from "@tallyroom/lib/backoff"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { BrokerAdmin } from "@tallyroom/lib/inbox/stream/contract"
import { encodeStopMarker } from "@tallyroom/lib/inbox/stream/entries"
import { sealShard, writeShardState } from "@tallyroom/lib/inbox/stream/shard-state"
import { redisTime } from "@tallyroom/lib/inbox/stream/verified"
import type { Redis } from "ioredis"
import { Counting, type CountingParts, PositionMoved } from "../counting/counter"
import type { Projection } from "../polls/projection"
import { Accepted } from "../source/accepted"
import { claimShard } from "../source/redis-restore"
import { StopMarkers } from "../source/stop-markers"
import { StreamCursor } from "../source/stream-cursor"
import { digestOf, lastCounted } from "../source/stream-last"
import { expiredPolls, standingBallots, streamOf } from "../source/stream-restore"

/** How often vote is told how much waits, and the broker is asked whether it still has the log. */
const TEND_MS = 500
const FORGET_MS = 60_000
/** A broker that has just started may not know its logs yet. */
const LOST_AFTER_MS = 10_000

export type StreamShardParts = Omit<CountingParts, "acceptedOf" | "reader"> & {
  redis: Redis
  broker: BrokerAdmin
  projection: Projection
  /** Which instance the shard belongs to: the id of its database. */
  instance: string
  onOpen: () => void
}

/** The broker's stream is not what it was: it is gone, or older than what was counted of it. */
class StreamLost extends Error {
  override readonly name = "StreamLost"
}

export class StreamShard {
  isOpen = false
  trouble = "is being opened"
  private readonly counting: Counting
  private readonly cursor: StreamCursor
  private readonly accepted: Accepted
  private readonly stops: StopMarkers
  private stream = ""
  private tended = 0
  private forgotten = 0
  private turn = 0
  private missingSince: number | null = null
  /** Of the connection by which the stream was last found to be what it was. */
  private foundBy = Number.NaN

  constructor(
    private readonly shard: number,
    private readonly parts: StreamShardParts,
  ) {
    this.stops = new StopMarkers(parts.sql, shard)
    this.cursor = new StreamCursor(this.stops)
    this.accepted = new Accepted(parts.sql, shard)
    const acceptedOf: CountingParts["acceptedOf"] = (batch) => this.accepted.with(batch)
    this.counting = new Counting(shard, { ...parts, acceptedOf, reader: this.cursor })
  }

  /** Works until the signal aborts. Whatever fails is tried again, from the position that Postgres has. */
  async run(signal: AbortSignal): Promise<void> {
    const { log } = this.parts
    for (let attempt = 0; !signal.aborted; ) {
      try {
        if (!(await this.counting.begin())) return
        await this.open()
        while (!signal.aborted) {
          await this.tend()
          await this.counting.countWhatComes(signal)
          if (attempt > 0) log.info({ shard: this.shard }, "counting again")
          attempt = 0
        }
      } catch (error) {
        this.isOpen = false
        this.trouble = error instanceof Error ? error.message : String(error)
        if (signal.aborted) return
        if (error instanceof StreamLost) await this.seal()
        if (error instanceof PositionMoved) log.info({ shard: this.shard }, "the position moved elsewhere")
        else if (++attempt === 1)
          log.warn({ shard: this.shard, err: error }, "counting stopped; trying again")
        await pause(backoff(Math.max(1, attempt)), signal)
      }
    }
    await this.cursor.close()
  }

  /** Writes changed polls where vote reads them. */
  async project(which: "changed" | "votable" | "all"): Promise<void> {
    if (!this.isOpen) return
    await this.parts.projection.write(which)
    await this.parts.redis.set(keys.fence(this.shard), this.parts.broker.kind)
  }

  private async open(): Promise<void> {
    const { redis, polls, projection, broker, sql } = this.parts
    const problem = broker.problem()
    if (problem !== null) throw new Error(problem)
    projection.forget()
    await claimShard(redis, this.shard, this.parts.instance)
    await polls.refresh()
    await projection.writeTombstones()
    const stream = await streamOf(sql, this.shard)
    if (stream === null || (await this.isLost(stream))) await this.renew(stream)
    else this.stream = stream
    await this.cursor.follow(broker.reader(this.stream))
    await this.accepted.load()
    this.stops.forget()
    this.isOpen = true
    await this.project("all")
    this.tended = 0
    this.parts.onOpen()
  }

  /**
   * Begins another stream: the first, or in the place of one that the broker has lost. What waited in that is lost with it.
   * A broker that refuses second votes is first told who has voted; only then vote learns the stream's name.
   */
  private async renew(before: string | null): Promise<void> {
    const { broker, sql, polls, instance, log } = this.parts
    const name = `${instance.slice(0, 8)}-s${this.shard}-${Date.now().toString(36)}`
    if (before !== null) {
      log.error(
        { shard: this.shard, stream: before },
        "the broker lost a stream: ballots that waited in it are lost",
      )
    }
    await broker.create(name)
    let restored = 0
    if (broker.refusesSecondVotes) {
      for await (const entries of standingBallots(sql, this.shard, polls.all())) {
        await broker.append(name, entries)
        restored += entries.length
      }
    }
    const length = (await broker.length(name)) ?? 0
    const position = { ms: Math.max(Date.now(), this.counting.position.ms), seq: restored === 0 ? 0 : length }
    await this.counting.moveTo(position, name)
    this.stream = name
    log.info({ shard: this.shard, stream: name, restored }, "a new stream holds the inbox")
  }

  /** @throws {StreamLost} as long as the broker may still find it */
  private async isLost(stream: string): Promise<boolean> {
    const { broker } = this.parts
    const connectedAt = broker.connectedAt()
    if ((await broker.length(stream)) !== null && (await this.hasWhatWasCounted(stream))) {
      this.missingSince = null
      this.foundBy = connectedAt
      return false
    }
    this.missingSince ??= performance.now()
    if (performance.now() - this.missingSince > LOST_AFTER_MS) return true
    throw new StreamLost("the broker has not found the stream yet")
  }

  private async hasWhatWasCounted(stream: string): Promise<boolean> {
    const { broker, sql } = this.parts
    const { seq } = this.counting.position
    if (seq === 0) return true
    const last = await lastCounted(sql, this.shard)
    return broker.stillHas(stream, seq, (text) => last === null || digestOf(text) === last)
  }

  /** @throws {StreamLost} when the broker has not what it had */
  private async tend(): Promise<void> {
    if (performance.now() - this.tended < TEND_MS && this.tended > 0) return
    this.tended = performance.now()
    const { broker, polls, redis } = this.parts
    const verifiedAt = await this.redisTime()
    const length = await broker.length(this.stream)
    if (length === null) throw new StreamLost("the broker has lost the stream")
    if (broker.connectedAt() !== this.foundBy && (await this.isLost(this.stream)))
      throw new StreamLost("the broker has lost the end of the stream")
    const waiting = Math.max(0, length - this.counting.position.seq)
    this.parts.metrics.backlog.set({ shard: String(this.shard) }, waiting)
    if (verifiedAt !== null) await this.tell(redis, waiting, verifiedAt)
    for (const stopped of await this.stops.due(polls.all())) {
      await broker.append(this.stream, [{ text: encodeStopMarker(stopped) }])
    }
    await this.forgetPolls()
  }

  /** Redis may be away: what is in the stream is counted all the same. */
  private async tell(redis: Redis, waiting: number, verifiedAt: number): Promise<void> {
    const state = { stream: this.stream, waiting, turn: ++this.turn, verifiedAt }
    await writeShardState(redis, this.shard, state).catch((error) =>
      this.parts.log.debug({ err: error }, "vote was not told how much waits"),
    )
  }

  /** Milliseconds by Redis's clock, which vote reads too; null while it is away. */
  private redisTime(): Promise<number | null> {
    return this.parts.redis.time().then(redisTime, () => null)
  }

  /** What vote wrote now would be lost with the stream. */
  private async seal(): Promise<void> {
    const { redis, log } = this.parts
    await sealShard(redis, this.shard).catch((error) =>
      log.debug({ err: error }, "vote was not told to wait"),
    )
  }

  private async forgetPolls(): Promise<void> {
    if (performance.now() - this.forgotten < FORGET_MS && this.forgotten > 0) return
    this.forgotten = performance.now()
    for (const poll of await expiredPolls(this.parts.sql))
      await this.parts.broker.forgetPoll(this.stream, poll)
  }
}

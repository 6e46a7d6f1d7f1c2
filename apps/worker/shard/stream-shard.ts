/** One shard's life at the worker that holds its lease, where its ballots are in a log at a broker. */

import { backoff, pause } from "@tallyroom/lib/backoff"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { Keeper } from "@tallyroom/lib/inbox/stream/contract"
import { encodeStopped } from "@tallyroom/lib/inbox/stream/entries"
import { redisTime } from "@tallyroom/lib/inbox/stream/look"
import { sealShard, writeShardState } from "@tallyroom/lib/inbox/stream/shard-state"
import type { Redis } from "ioredis"
import { Counting, type CountingParts, PositionMoved } from "../counting/counter"
import type { Projection } from "../polls/projection"
import { Accepted } from "../source/accepted"
import { claimShard } from "../source/redis-restore"
import { StopNotes } from "../source/stop-notes"
import { LogCursor } from "../source/stream-cursor"
import { digestOf, lastCounted } from "../source/stream-last"
import { expiredPolls, logOf, standingBallots } from "../source/stream-restore"

/** How often vote is told how much waits, and the broker is asked whether it still has the log. */
const TEND_MS = 500
const FORGET_MS = 60_000
/** A broker that has just started may not know its logs yet. */
const LOST_AFTER_MS = 10_000

export type LogShardParts = Omit<CountingParts, "acceptedOf" | "reader"> & {
  redis: Redis
  keeper: Keeper
  projection: Projection
  /** Which tally room's shard this is. */
  room: string
  onOpen: () => void
}

/** The broker's log is not what it was: it is gone, or older than what was counted of it. */
class LogLost extends Error {
  override readonly name = "LogLost"
}

export class LogShard {
  isOpen = false
  trouble = "is being opened"
  private readonly counting: Counting
  private readonly cursor: LogCursor
  private readonly accepted: Accepted
  private readonly stops: StopNotes
  private log = ""
  private tended = 0
  private forgotten = 0
  private turn = 0
  private missingSince: number | null = null
  /** Of the connection by which the log was last found to be what it was. */
  private foundBy = Number.NaN

  constructor(
    private readonly shard: number,
    private readonly parts: LogShardParts,
  ) {
    this.stops = new StopNotes(parts.sql, shard)
    this.cursor = new LogCursor(this.stops)
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
        if (error instanceof LogLost) await this.seal()
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
    await this.parts.redis.set(keys.gate(this.shard), this.parts.keeper.kind)
  }

  private async open(): Promise<void> {
    const { redis, polls, projection, keeper, sql } = this.parts
    const trouble = keeper.trouble()
    if (trouble !== null) throw new Error(trouble)
    projection.forget()
    await claimShard(redis, this.shard, this.parts.room)
    await polls.refresh()
    await projection.buryDeleted()
    const log = await logOf(sql, this.shard)
    if (log === null || (await this.isLost(log))) await this.renew(log)
    else this.log = log
    await this.cursor.follow(keeper.reader(this.log))
    await this.accepted.load()
    this.stops.forget()
    this.isOpen = true
    await this.project("all")
    this.tended = 0
    this.parts.onOpen()
  }

  /**
   * Begins another log: the first, or in the place of one that the broker has lost. What waited in that is lost with it.
   * A broker that refuses second votes is first told who has voted; only then vote learns the log's name.
   */
  private async renew(before: string | null): Promise<void> {
    const { keeper, sql, polls, room, log } = this.parts
    const name = `${room.slice(0, 8)}-s${this.shard}-${Date.now().toString(36)}`
    if (before !== null) {
      log.error(
        { shard: this.shard, log: before },
        "the broker lost a log: ballots that waited in it are lost",
      )
    }
    await keeper.create(name)
    let restored = 0
    if (keeper.refusesSecondVotes) {
      for await (const entries of standingBallots(sql, this.shard, polls.all())) {
        await keeper.append(name, entries)
        restored += entries.length
      }
    }
    const length = (await keeper.length(name)) ?? 0
    const position = { ms: Math.max(Date.now(), this.counting.position.ms), seq: restored === 0 ? 0 : length }
    await this.counting.moveTo(position, name)
    this.log = name
    log.info({ shard: this.shard, log: name, restored }, "a new log holds the inbox")
  }

  /** @throws {LogLost} as long as the broker may still find it */
  private async isLost(log: string): Promise<boolean> {
    const { keeper } = this.parts
    const connectedAt = keeper.connectedAt()
    if ((await keeper.length(log)) !== null && (await this.hasWhatWasCounted(log))) {
      this.missingSince = null
      this.foundBy = connectedAt
      return false
    }
    this.missingSince ??= performance.now()
    if (performance.now() - this.missingSince > LOST_AFTER_MS) return true
    throw new LogLost("the broker has not found the log yet")
  }

  private async hasWhatWasCounted(log: string): Promise<boolean> {
    const { keeper, sql } = this.parts
    const { seq } = this.counting.position
    if (seq === 0) return true
    const last = await lastCounted(sql, this.shard)
    return keeper.stillHas(log, seq, (text) => last === null || digestOf(text) === last)
  }

  /** @throws {LogLost} when the broker has not what it had */
  private async tend(): Promise<void> {
    if (performance.now() - this.tended < TEND_MS && this.tended > 0) return
    this.tended = performance.now()
    const { keeper, polls, redis } = this.parts
    const lookedAt = await this.redisTime()
    const length = await keeper.length(this.log)
    if (length === null) throw new LogLost("the broker has lost the log")
    if (keeper.connectedAt() !== this.foundBy && (await this.isLost(this.log)))
      throw new LogLost("the broker has lost the end of the log")
    const waiting = Math.max(0, length - this.counting.position.seq)
    this.parts.metrics.backlog.set({ shard: String(this.shard) }, waiting)
    if (lookedAt !== null) await this.tell(redis, waiting, lookedAt)
    for (const stopped of await this.stops.due(polls.all())) {
      await keeper.append(this.log, [{ text: encodeStopped(stopped) }])
    }
    await this.forgetPolls()
  }

  /** Redis may be away: what is in the log is counted all the same. */
  private async tell(redis: Redis, waiting: number, lookedAt: number): Promise<void> {
    const state = { log: this.log, waiting, turn: ++this.turn, lookedAt }
    await writeShardState(redis, this.shard, state).catch((error) =>
      this.parts.log.debug({ err: error }, "vote was not told how much waits"),
    )
  }

  /** Milliseconds by Redis's clock, which vote reads too; null while it is away. */
  private redisTime(): Promise<number | null> {
    return this.parts.redis.time().then(redisTime, () => null)
  }

  /** What vote wrote now would be lost with the log. */
  private async seal(): Promise<void> {
    const { redis, log } = this.parts
    await sealShard(redis, this.shard).catch((error) =>
      log.debug({ err: error }, "vote was not told to wait"),
    )
  }

  private async forgetPolls(): Promise<void> {
    if (performance.now() - this.forgotten < FORGET_MS && this.forgotten > 0) return
    this.forgotten = performance.now()
    for (const poll of await expiredPolls(this.parts.sql)) await this.parts.keeper.forgetPoll(this.log, poll)
  }
}

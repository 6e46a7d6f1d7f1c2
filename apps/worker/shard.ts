/** One shard's life at the worker that holds its lease: open it, then read, count, release, for ever. */

import { backoff, pause } from "@tallyroom/lib/backoff"
import { comparePositions, formatPosition, type Position } from "@tallyroom/lib/ballots"
import { type Database, isRefusedContent } from "@tallyroom/lib/database"
import type { Reader } from "@tallyroom/lib/inbox/inbox"
import { keys, RESTORING } from "@tallyroom/lib/inbox/keys"
import type { Log } from "@tallyroom/lib/logging"
import type { Poll } from "@tallyroom/lib/polls"
import type { Redis } from "ioredis"
import { type Batch, makeBatch, setEverythingAside } from "./batch"
import { type Counted, count } from "./count"
import { LEASE_SECONDS } from "./leases"
import type { WorkerMetrics } from "./metrics"
import type { PollBook } from "./poll-book"
import { type Projection, ShardBehind } from "./projection"
import {
  bookLosses,
  chooseFloor,
  claimShard,
  closeGate,
  type Holding,
  lookAtShard,
  noteAccepted,
  pollsBehind,
  readCounters,
  removeGarbage,
  restoreVoters,
  type ShardLook,
} from "./restore"

/** Enough to reach Postgres's best rate; about 2 MB of ballots. */
const BATCH_SIZE = 10_000
/** While votes trickle in, a commit at most this often: 40 a second and shard, and no viewer sees the difference. */
const COMMIT_INTERVAL_MS = 25
/** How long an idle shard waits for a ballot before it looks whether Redis is still the one that it opened. */
const IDLE_WAIT_MS = 400

/** The lease or the position is not ours any more: start anew from what Postgres says. */
class PositionMoved extends Error {
  override readonly name = "PositionMoved"
}

export type ShardParts = {
  redis: Redis
  sql: Database
  reader: Reader
  polls: PollBook
  projection: Projection
  worker: string
  /** Which tally room's shard this is. */
  room: string
  metrics: WorkerMetrics
  log: Log
  onOpen: () => void
}

export class Shard {
  /** Whether this Redis was found equal to Postgres since the last trouble. */
  isOpen = false
  /** Why it is not open. */
  trouble = "is being opened"
  private position: Position = { ms: 0, seq: 0 }
  private lastCommit = 0

  constructor(
    private readonly shard: number,
    private readonly parts: ShardParts,
  ) {}

  /** Works until the signal aborts. Whatever fails is tried again, from the position that Postgres has. */
  async run(signal: AbortSignal): Promise<void> {
    const { log } = this.parts
    for (let attempt = 0; !signal.aborted; ) {
      try {
        if (!(await this.readPosition())) return
        await this.open()
        while (!signal.aborted && this.isOpen) {
          await this.countWhatComes(signal)
          if (attempt > 0) log.info({ shard: this.shard }, "counting again")
          attempt = 0
        }
      } catch (error) {
        this.isOpen = false
        this.trouble = error instanceof Error ? error.message : String(error)
        if (signal.aborted) return
        if (error instanceof PositionMoved) log.info({ shard: this.shard }, "the position moved elsewhere")
        else if (++attempt === 1)
          log.warn({ shard: this.shard, err: error }, "counting stopped; trying again")
        await pause(backoff(Math.max(1, attempt)), signal)
      }
    }
  }

  /** Writes changed polls into the shard, if it is open; opening does so itself. */
  async project(which: "changed" | "votable" | "all"): Promise<void> {
    if (!this.isOpen) return
    try {
      await this.parts.projection.write(which)
    } catch (error) {
      if (!(error instanceof ShardBehind)) throw error
      this.parts.log.warn({ shard: this.shard, err: error }, "Redis lost something; the shard is opened anew")
      this.isOpen = false
      await closeGate(this.parts.redis, this.shard)
    }
  }

  /** @returns false when another worker holds the lease. */
  private async readPosition(): Promise<boolean> {
    const [row] = await this.parts.sql`
      SELECT ms, seq FROM shards WHERE shard = ${this.shard} AND holder = ${this.parts.worker}`
    if (row) this.position = { ms: Number(row.ms), seq: Number(row.seq) }
    return row !== undefined
  }

  /**
   * Opens the shard. A Redis that lost nothing is opened as it is. In any other, what is left is counted, the losses are
   * booked, the voters come back from Postgres; and only then ballots are accepted.
   */
  private async open(): Promise<void> {
    const { redis, sql, polls, projection } = this.parts
    projection.forget()
    await claimShard(redis, this.shard, this.parts.room)
    await polls.refresh()
    await projection.buryDeleted()
    const look = await lookAtShard(redis, this.shard)
    const counters = await readCounters(redis, this.shard, polls.all())
    const behind = await pollsBehind(sql, this.shard, polls.all(), counters)
    const setBack = comparePositions(look.last, this.position) < 0
    const wasOpen = look.gate !== "" && !look.gate.startsWith(RESTORING)
    if (wasOpen && !setBack && behind.length === 0) {
      await projection.write("all")
      if (look.gate !== look.serving) await this.openGate(look.gate, look.serving)
    } else await this.restore(look, counters, setBack ? polls.all() : behind)
    this.isOpen = true
    this.parts.onOpen()
  }

  private async restore(look: ShardLook, counters: Map<number, number>, behind: Poll[]): Promise<void> {
    const { redis, sql, projection, log, polls } = this.parts
    const { shard } = this
    if (behind.length > 0) {
      log.warn({ shard, polls: names(behind) }, "Redis is older than Postgres or was wiped: restoring it")
    }
    const marker = await closeGate(redis, shard)
    const spoilt = await removeGarbage(redis, shard, polls.all())
    if (spoilt.length > 0) log.error({ shard, polls: names(spoilt) }, "voters were garbage in Redis")
    await noteAccepted(sql, this.holding(), counters)
    await this.drain()
    for (const loss of await bookLosses(sql, this.holding())) {
      if (loss.lost > 0) log.error({ shard, ...loss }, "ballots were lost with the inbox")
    }
    for (const poll of new Set([...behind, ...spoilt])) {
      if (poll.state === "final" || poll.state === "draft") continue
      const voters = await restoreVoters(redis, sql, { shard, poll, marker })
      if (voters === null) throw new PositionMoved()
      if (voters > 0) log.warn({ shard, poll: poll.id, voters }, "voters restored into Redis")
    }
    await polls.refresh()
    await projection.write("all", marker)
    await this.moveTo(await chooseFloor(redis, sql, shard, [this.position, look.last]))
    await this.openGate(marker, look.serving)
  }

  private holding(): Holding {
    return { shard: this.shard, worker: this.parts.worker, position: this.position }
  }

  private async openGate(expected: string, serving: string): Promise<void> {
    const { ms, seq } = this.position
    const gate = keys.gate(this.shard)
    const opened = await this.parts.redis.openGate(gate, keys.inbox(this.shard), ms, seq, expected, serving)
    if (opened !== "open") throw new Error(`Redis changed while shard ${this.shard} was being opened`)
    this.parts.log.info({ shard: this.shard, after: formatPosition(this.position) }, "shard opened")
  }

  private async moveTo(position: Position): Promise<void> {
    const rows = await this.parts.sql`
      UPDATE shards SET ms = ${position.ms}, seq = ${position.seq}
      WHERE shard = ${this.shard} AND ms = ${this.position.ms} AND seq = ${this.position.seq}
        AND holder = ${this.parts.worker} RETURNING shard`
    if (rows.length === 0) throw new PositionMoved()
    this.position = position
  }

  /** Counts everything that is in the stream; nothing comes in while the gate is closed. */
  private async drain(): Promise<void> {
    let batch = await this.readBatch(this.position, 0)
    while (batch) {
      await this.commit(batch)
      batch = await this.readBatch(this.position, 0)
    }
  }

  /** Waits for ballots and counts them. While there are full batches, the next is read and sorted during the commit. */
  private async countWhatComes(signal: AbortSignal): Promise<void> {
    await pause(this.lastCommit + COMMIT_INTERVAL_MS - Date.now(), signal)
    let batch = await this.readBatch(this.position, IDLE_WAIT_MS)
    if (!batch) return this.checkGate()
    while (batch) {
      const committed = this.commit(batch)
      const next: Promise<Batch | null> =
        batch.size < BATCH_SIZE ? Promise.resolve(null) : this.readBatch(batch.to, 0)
      next.catch(() => {}) // it is awaited below, unless the commit fails first
      await committed
      batch = await next
    }
  }

  /** The next batch after a position, or null when nothing came. A poll that is not known yet is looked up. */
  private async readBatch(after: Position, waitMs: number): Promise<Batch | null> {
    const { reader, polls } = this.parts
    const entries = await reader.read(this.shard, after, BATCH_SIZE, waitMs)
    if (entries.length === 0) return null
    const unknown = new Set<number>()
    for (const { ballot } of entries) if (ballot && !polls.get(ballot.poll)) unknown.add(ballot.poll)
    if (unknown.size > 0) await polls.refresh([...unknown])
    return makeBatch(after, entries, (number) => polls.get(number))
  }

  private async checkGate(): Promise<void> {
    const look = await lookAtShard(this.parts.redis, this.shard)
    if (look.gate !== look.serving) this.isOpen = false
  }

  private async commit(batch: Batch): Promise<void> {
    const { reader, metrics, polls } = this.parts
    const accepted = await this.acceptedOf(batch)
    const end = metrics.commitSeconds.startTimer()
    const counted = await this.countOrSplit(batch, accepted)
    end()
    if (!counted.moved) {
      await polls.refresh()
      throw new PositionMoved()
    }
    this.position = batch.to
    this.lastCommit = Date.now()
    metrics.counted.inc(counted.written)
    metrics.setAside.inc(counted.aside)
    await reader.release(this.shard, batch.to)
  }

  /** What Postgres refuses for its content is halved until the entry at fault is found, and set aside. */
  private async countOrSplit(batch: Batch, accepted: Map<number, number>): Promise<Counted> {
    const { sql, worker, polls, log } = this.parts
    try {
      return await count(sql, { shard: this.shard, batch, worker, leaseSeconds: LEASE_SECONDS, accepted })
    } catch (error) {
      if (!isRefusedContent(error)) throw error
      const entries = batch.entries
      if (entries.length > 1) {
        const half = Math.ceil(entries.length / 2)
        const pollOf = (number: number) => polls.get(number)
        const first = makeBatch(batch.from, entries.slice(0, half), pollOf)
        const counted = await this.countOrSplit(first, accepted)
        if (!counted.moved) return counted
        const rest = await this.countOrSplit(makeBatch(first.to, entries.slice(half), pollOf), accepted)
        return { ...rest, written: counted.written + rest.written, aside: counted.aside + rest.aside }
      }
      log.error({ shard: this.shard, at: formatPosition(batch.to), err: error }, "an entry can't be counted")
      const uncountable = setEverythingAside(batch)
      return count(sql, {
        ...{ shard: this.shard, worker, leaseSeconds: LEASE_SECONDS, accepted },
        batch: uncountable,
      })
    }
  }

  /** The acceptance counters of the batch's polls, read after its entries, so that they count at least those. */
  private async acceptedOf(batch: Batch): Promise<Map<number, number>> {
    const polls = [...batch.polls]
    const counters = await Promise.all(
      polls.map(([, { id }]) => this.parts.redis.hget(keys.poll(this.shard, id), "accepted")),
    )
    return new Map(polls.map(([number], i) => [number, Math.trunc(Number(counters[i])) || 0]))
  }
}

function names(polls: Poll[]): string[] {
  return polls.map((poll) => poll.id)
}

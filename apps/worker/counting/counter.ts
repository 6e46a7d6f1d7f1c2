/** Counts one shard, batch by batch, from the position that Postgres has. */

import { pause } from "@tallyroom/lib/backoff"
import { formatPosition, type Position, START } from "@tallyroom/lib/ballots/ballot"
import { type Database, isLocked, isRefusedContent, isTimedOut } from "@tallyroom/lib/database"
import type { Entry, Reader } from "@tallyroom/lib/inbox/contract"
import type { Log } from "@tallyroom/lib/process/logging"
import type { Tracing } from "@tallyroom/lib/tracing/tracing"
import { confirmed, warned } from "../database/confirmed"
import { instanceColumn } from "../database/instance"
import { type Holding, isRowOf } from "../leases/holding"
import { LEASE_SECONDS } from "../leases/leases"
import type { WorkerMetrics } from "../metrics"
import type { PollBook } from "../polls/poll-book"
import { acceptedSince, asDeadLetters, type Batch, makeBatch } from "./batch"
import { traceBatch } from "./batch-trace"
import { commitBatch } from "./commit"
import { commitIntervalMs } from "./commit-interval"

/** Enough to reach Postgres's best rate; about 2 MB of ballots. */
const BATCH_SIZE = 10_000
/**
 * A worker that takes a shard does not know how slow the Postgres is that the one before it had, so it begins with few ballots. They
 * double with each full batch that is quick, which makes seven small commits up to the best rate.
 */
const FIRST_BATCH_SIZE = 100
/** Postgres has to take only this share of the time that is too long before batches become larger. */
const QUICK = 0.25
/** What is too long, until Postgres gave a batch up: others then see a lease that ran out. */
const TOO_LONG_MS = LEASE_SECONDS * 1_000
/** How long an idle shard waits for a ballot before its source is checked again. */
const IDLE_WAIT_MS = 400
const STILL_WRITING = "Postgres still writes an earlier batch"

/** What counting asks of the inbox of a shard. */
export interface CountableInbox extends Reader {
  /** The shard's acceptance count of each of the batch's polls, which covers at least this batch. */
  acceptedOf(batch: Batch): Promise<Map<number, number>>
  /** Forgets ballots that were not counted, where the inbox remembers voters by them: their voters have not voted. */
  forget(ballots: Position[]): Promise<void>
}

/** The lease is another worker's, or the position was moved by one: start anew from what Postgres says. */
export class PositionMoved extends Error {
  override readonly name = "PositionMoved"
}

export type CounterParts = {
  sql: Database
  /** Connections for batches alone, on which each statement is planned once. */
  commits: Database
  inbox: CountableInbox
  polls: PollBook
  worker: string
  metrics: WorkerMetrics
  /** Null, or absent, where nothing is traced. */
  tracing?: Tracing | null
  /** Adds to entries where their traces go on, in an inbox in which that stands beside them; absent where nothing is traced. */
  withTraces?: (entries: Entry[]) => Promise<Entry[]>
  log: Log
}

export class Counter {
  position: Position = START
  private epoch = 0
  /** When a batch was last committed, by `performance.now()`. */
  committedAt = Number.NEGATIVE_INFINITY
  /** When Postgres last gave a batch, or a part of one, up: it is slow, and answers. */
  refusedAt = Number.NEGATIVE_INFINITY
  /** When the oldest ballot that was read and is not counted yet was accepted (ms, the inbox's clock); null without one. */
  waitingSince: number | null = null
  /** How large a batch Postgres is given; less after one took too long. */
  private size = FIRST_BATCH_SIZE
  /** After so long Postgres gave a batch up. */
  private tooLongMs = TOO_LONG_MS
  /** How long the last commit took. */
  private tookMs = 0
  /** How long after the last commit the next may begin, at the earliest. */
  private intervalMs = 0

  constructor(
    private readonly shard: number,
    private readonly parts: CounterParts,
  ) {}

  holding(): Holding {
    return { shard: this.shard, worker: this.parts.worker, epoch: this.epoch, position: this.position }
  }

  /**
   * Takes the position from Postgres, once nothing moves it any more: a batch whose answer was lost with the connection may still
   * be written. From here on whatever else is left of an earlier beginning is refused.
   * @returns false when another worker holds the lease
   * @throws {AnotherDatabase} so that nothing of the inbox is touched
   * @throws {Unconfirmed} when a synchronous standby may lack this, and so what stands before it
   */
  async begin(): Promise<boolean> {
    const { sql, worker, polls } = this.parts
    const beginning = () => sql`
      UPDATE shards SET epoch = epoch + 1 WHERE shard = ${this.shard} AND holder = ${worker}
      RETURNING ms, seq, epoch, ${instanceColumn(sql)}, ${warned(sql)}`
    const [row] = await confirmed(sql, beginning).catch((error) => {
      if (isLocked(error)) throw new Error(STILL_WRITING, { cause: error })
      throw error
    })
    if (!row) return false
    polls.instance.verify(row.instance)
    this.position = { ms: Number(row.ms), seq: Number(row.seq) }
    this.epoch = Number(row.epoch)
    return true
  }

  /**
   * Moves the position without counting: nothing stands up to there that could be counted.
   * @param stream where a broker holds the ballots, the name of the shard's stream there from now on, and the moment (ms, Redis's
   * clock) before which no ballot waits any more
   * @throws {PositionMoved}
   */
  async moveTo(position: Position, stream?: { name: string; readUntil: number | null }): Promise<void> {
    const { name = null, readUntil = null } = stream ?? {}
    const rows = await this.parts.sql`
      UPDATE shards SET ms = ${position.ms}, seq = ${position.seq}, log = ${name}, log_last = NULL, read_until = ${readUntil}
      WHERE ${isRowOf(this.parts.sql, this.holding())} RETURNING shard`
    if (rows.length === 0) throw new PositionMoved()
    this.position = position
  }

  /**
   * Counts everything that is left in the inbox, while nothing is accepted.
   * @param waitMs how long to wait for what the inbox sends by itself
   */
  async drain(waitMs = 0): Promise<void> {
    let batch = await this.readBatch(this.position, waitMs)
    while (batch) {
      await this.commit(batch)
      batch = await this.readBatch(this.position, waitMs)
    }
  }

  /**
   * Waits a moment for ballots and counts them. As long as batches are full, the next is read and sorted during the commit.
   * @returns false when nothing came
   */
  async countWhatComes(signal: AbortSignal): Promise<boolean> {
    await pause(this.committedAt + this.intervalMs - performance.now(), signal)
    let asked = this.size
    let batch = await this.readBatch(this.position, IDLE_WAIT_MS)
    this.waitingSince = batch && acceptedSince(batch)
    if (!batch) return false
    while (batch && !signal.aborted) {
      const isLast = batch.size < asked
      const committed = this.commit(batch, signal)
      asked = this.size
      const next: Promise<Batch | null> = isLast ? Promise.resolve(null) : this.readBatch(batch.to, 0)
      next.catch(() => {}) // it is awaited below, unless the commit fails first
      await committed
      batch = await next
      this.waitingSince = batch && acceptedSince(batch)
    }
    return true
  }

  /** The next batch after a position, or null when nothing came. Polls that are not known yet are read from Postgres. */
  private async readBatch(after: Position, waitMs: number): Promise<Batch | null> {
    const { inbox, polls, withTraces } = this.parts
    const read = await inbox.read(after, this.size, waitMs)
    if (read.length === 0) return null
    const entries = withTraces ? await withTraces(read) : read
    const unknown = new Set<number>()
    for (const { ballot } of entries) if (ballot && !polls.get(ballot.poll)) unknown.add(ballot.poll)
    if (unknown.size > 0) await polls.refresh([...unknown])
    const pollOf = (number: number) => polls.get(number)
    const batch = makeBatch(after, entries, pollOf)
    // Options may be corrected until the first vote: this worker may have read the poll before that.
    const corrected = batch.deadLetters
      .filter(({ reason }) => reason === "option-unknown")
      .map(({ poll }) => poll)
    if (corrected.length === 0) return batch
    await polls.refresh([...new Set(corrected)].filter((poll) => poll !== null))
    return makeBatch(after, entries, pollOf)
  }

  /** @param signal ends it between two parts, if Postgres takes the batch in parts only */
  private async commit(batch: Batch, signal?: AbortSignal): Promise<void> {
    const accepted = await this.parts.inbox.acceptedOf(batch)
    await this.countOrSplit(batch, accepted, signal)
  }

  /**
   * A batch that Postgres refuses for its content is halved until the entry at fault is found, which becomes a dead letter. One
   * that takes Postgres too long is halved until the parts are small enough.
   */
  private async countOrSplit(
    batch: Batch,
    accepted: Map<number, number>,
    signal?: AbortSignal,
  ): Promise<void> {
    if (batch.size > this.size) return this.countHalves(batch, accepted, signal)
    const start = performance.now()
    try {
      return await this.count(batch, accepted)
    } catch (error) {
      const isTooLarge = isTimedOut(error)
      if (!isTooLarge && !isRefusedContent(error)) throw error
      this.refusedAt = performance.now()
      if (isTooLarge) this.shrink(batch, performance.now() - start)
      if (batch.size > 1) return this.countHalves(batch, accepted, signal)
      if (isTooLarge) throw error
      const at = formatPosition(batch.to)
      this.parts.log.error({ shard: this.shard, at, err: error }, "an entry can't be counted")
      return this.count(asDeadLetters(batch), accepted)
    }
  }

  private async countHalves(
    batch: Batch,
    accepted: Map<number, number>,
    signal?: AbortSignal,
  ): Promise<void> {
    const pollOf = (number: number) => this.parts.polls.get(number)
    const half = Math.ceil(batch.size / 2)
    const first = makeBatch(batch.from, batch.entries.slice(0, half), pollOf)
    await this.countOrSplit(first, accepted, signal)
    if (signal?.aborted) return
    await this.countOrSplit(makeBatch(first.to, batch.entries.slice(half), pollOf), accepted, signal)
  }

  private async count(batch: Batch, accepted: Map<number, number>): Promise<void> {
    const { commits, worker, inbox, metrics, polls, tracing } = this.parts
    const { shard, epoch } = this
    const trace = tracing ? traceBatch(tracing, shard, batch) : null
    const start = performance.now()
    // The lease is renewed when a commit begins, and has to last until the next one has begun.
    const leaseSeconds = LEASE_SECONDS + this.tookMs / 1_000
    const committing = commitBatch(commits, {
      ...{ shard, batch, worker, epoch, leaseSeconds, accepted },
      ...(trace && { traced: trace.told }),
    })
    const counted = await (trace ? trace.around(committing) : committing)
    this.tookMs = performance.now() - start
    metrics.commitSeconds.observe(this.tookMs / 1_000)
    if (!counted.moved) {
      await polls.refresh()
      throw new PositionMoved()
    }
    this.position = batch.to
    const now = performance.now()
    this.intervalMs = commitIntervalMs(batch.size, now - this.committedAt)
    this.committedAt = now
    this.grow(batch)
    metrics.batchEntries.observe(batch.size)
    metrics.counted.inc(counted.written)
    metrics.deadLetters.inc(counted.deadLetters)
    if (batch.noVotes.length > 0) await inbox.forget(batch.noVotes)
    await inbox.release(batch.to)
  }

  private shrink(batch: Batch, tookMs: number): void {
    this.size = Math.max(1, Math.ceil(batch.size / 2))
    this.tooLongMs = tookMs
  }

  private grow(batch: Batch): void {
    if (batch.size < this.size || this.tookMs > this.tooLongMs * QUICK) return
    this.size = Math.min(BATCH_SIZE, this.size * 2)
  }
}

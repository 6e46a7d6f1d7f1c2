/** The shards whose leases this worker holds. Each runs until its lease is lost or given back. */

import { comparePositions, type Position, START } from "@tallyroom/lib/ballots/ballot"
import { type Database, renewConnections } from "@tallyroom/lib/database"
import type { Entry } from "@tallyroom/lib/inbox/contract"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { PollIndex } from "@tallyroom/lib/inbox/redis/poll-copies"
import { retainedBytes, retentionMissing } from "@tallyroom/lib/inbox/redis/retained"
import type { RedisShards } from "@tallyroom/lib/inbox/redis/shards"
import { withTraces } from "@tallyroom/lib/inbox/redis/traces"
import type { Retention } from "@tallyroom/lib/inbox/retention"
import type { BrokerAdmin } from "@tallyroom/lib/inbox/stream/contract"
import type { Log } from "@tallyroom/lib/process/logging"
import type { Tracing } from "@tallyroom/lib/tracing/tracing"
import type { Redis } from "ioredis"
import { type Fitness, type Found, Leases } from "../leases/leases"
import type { WorkerMetrics } from "../metrics"
import type { PollBook } from "../polls/poll-book"
import { type CopiesToWrite, Projection } from "../polls/projection"
import { RedisSource } from "../source/redis-source"
import { RetainedRoom } from "../source/retained-room"
import { StreamSource } from "../source/stream-source"
import { Turns } from "../source/turns"
import { Shard } from "./shard"

/** A shard that gets nowhere for so long while its inbox is away is better off with a worker that reaches it. */
const CUT_OFF_MS = 3_000
/** The same while the inbox answers. It must be found out in peace whether a broker has lost a stream (`LOST_AFTER_MS`). */
const STUCK_MS = 15_000
/**
 * How many shards get their voters back at the same time. More would be no faster, as Redis and this process work for one after the other
 * anyway; but then nobody could vote before all are back, and every connection to Postgres would be taken.
 */
const RESTORED_AT_ONCE = 2
/** Every statement and every command has a deadline, so a shard that counts and still waits after this waits for ever. */
const HUNG_MS = 60_000

export type HeldShardsParts = {
  /** The worker's id. */
  worker: string
  sql: Database
  /** For batches alone. */
  commits: Database
  /** For heartbeats alone. */
  pulse: Database
  redis: RedisShards
  /** Opens one more connection, for a shard's waiting reads. */
  openRedis: (shard: number) => Redis
  /** The broker that holds the ballots; null where that is Redis. */
  broker: BrokerAdmin | null
  /** How much of what was counted each shard in Redis keeps; null for nothing. */
  retention: Retention | null
  polls: PollBook
  metrics: WorkerMetrics
  /** Null where nothing is traced. */
  tracing: Tracing | null
  log: Log
  /** What can be voted on, for shard 0. */
  index: () => PollIndex
  /** Called whenever a shard begins to count. */
  onOpen: (shard: number) => void
}

type HeldShard = { shard: Shard; stop: AbortController; done: Promise<void> }

export class HeldShards {
  private readonly held = new Map<number, HeldShard>()
  private readonly leases: Leases
  private readonly restoring = new Turns(RESTORED_AT_ONCE)
  /** Whether the last heartbeat could take shards. */
  private wasFit = true
  /** Since when the Postgres runs that answered the last heartbeat. */
  private postgres: string | null = null

  constructor(private readonly parts: HeldShardsParts) {
    this.leases = new Leases(parts.pulse, parts.worker, parts.polls.instance)
  }

  /** Renews the leases of shards that get on; stops the shards that this worker lost, and begins those that it has won. */
  async heartbeat(stopping: AbortSignal): Promise<void> {
    const before = new Map([...this.held].map(([number, { shard }]) => [number, shard.position]))
    const fitness = this.fitness()
    const leased = new Set(await this.leases.heartbeat(fitness))
    this.wasFit = fitness.isFit
    if (stopping.aborted) return
    this.compare(before, this.leases.found)
    for (const [number, { stop }] of this.held) if (!leased.has(number)) stop.abort()
    for (const number of leased) if (!this.held.has(number)) this.begin(number)
  }

  /**
   * A Postgres that was started anew, or is another one, may have gone back; one that stands before what it had acknowledged has.
   * Opening a shard anew finds out what that means.
   */
  private compare(before: Map<number, Position>, { positions, postgres }: Found): void {
    const isAnother = postgres !== null && this.postgres !== null && postgres !== this.postgres
    this.postgres = postgres ?? this.postgres
    for (const [number, position] of before) {
      const found = positions.get(number)
      const wentBack = found !== undefined && comparePositions(found, position) < 0
      if (isAnother || wentBack) this.held.get(number)?.shard.reopen()
    }
  }

  /** Has all shards compare their inboxes with Postgres again. @returns false when there are none */
  reopen(): boolean {
    for (const { shard } of this.held.values()) shard.reopen()
    return this.held.size > 0
  }

  /** A worker that gets nowhere with any of its shards, or could with none, leaves them to others. */
  private fitness(): Fitness {
    const isThere = this.inboxProblem() === null
    const gettingOn = [...this.held].flatMap(([number, { shard }]) =>
      shard.stalledMs < (isThere ? STUCK_MS : CUT_OFF_MS) ? [number] : [],
    )
    return { gettingOn, isFit: this.held.size > 0 ? gettingOn.length > 0 : isThere }
  }

  private inboxProblem(): string | null {
    const { broker, redis } = this.parts
    return broker ? broker.problem() : redis.problem()
  }

  has(shard: number): boolean {
    return this.held.has(shard)
  }

  isCounting(shard: number): boolean {
    return this.held.get(shard)?.shard.isCounting ?? false
  }

  /** Why shards do not count, by shard; empty when all do. Who could take none yet does not stand by: its next heartbeat may. */
  problems(): Record<string, string> {
    if (this.held.size === 0 && !this.wasFit) return { shards: "none was taken, as the inbox was away" }
    const problems: Record<string, string> = {}
    for (const [number, { shard }] of this.held) {
      if (shard.problem !== null) problems[`shard ${number}`] = shard.problem
    }
    return problems
  }

  /** Writes copies of polls into every shard that counts. */
  async project(which: CopiesToWrite): Promise<void> {
    await Promise.all([...this.held.values()].map(({ shard }) => shard.project(which)))
  }

  async measure(): Promise<void> {
    const { metrics, redis, broker } = this.parts
    const counting = [...this.held.keys()].filter((number) => this.isCounting(number))
    metrics.shardsOpen.set(counting.length)
    for (const [number, { shard }] of this.held)
      metrics.backlogAge.set({ shard: String(number) }, shard.backlogAgeMs / 1_000)
    // A broker is asked for its length when its stream is checked.
    if (broker) return
    for (const [number, { shard }] of this.held) {
      // One that stopped counting has a position, and its backlog grows.
      if (!shard.isCounting && comparePositions(shard.position, START) === 0) continue
      const waiting = await redis
        .of(number)
        .xlen(keys.inbox(number))
        .catch(() => null)
      if (waiting !== null && this.held.has(number)) metrics.backlog.set({ shard: String(number) }, waiting)
      await this.measureRetained(number)
    }
  }

  private async measureRetained(number: number): Promise<void> {
    const { metrics, retention } = this.parts
    if (retention === null) return
    const redis = this.parts.redis.of(number)
    const shard = String(number)
    const measured = [retainedBytes(redis, number), retentionMissing(redis, number, retention)] as const
    const [bytes, missingMs] = await Promise.all(measured).catch(() => [])
    if (bytes === undefined || missingMs === undefined || !this.held.has(number)) return
    metrics.retainedBytes.set({ shard }, bytes)
    metrics.retentionMissing.set({ shard }, missingMs / 1_000)
  }

  /** Which shard hangs, in words; null when none does. */
  hung(): string | null {
    for (const [number, { shard }] of this.held) {
      if (shard.waitedMs > HUNG_MS) return `shard ${number} hangs`
    }
    return null
  }

  /** Has every shard finish the batch at hand; `stopped` tells when all have. */
  stop(): void {
    for (const { stop } of this.held.values()) stop.abort()
  }

  /** Ends what the shards wait for in their inboxes. */
  async abandon(): Promise<void> {
    await Promise.all([...this.held.values()].map(({ shard }) => shard.abandon()))
  }

  async stopped(): Promise<void> {
    await Promise.all([...this.held.values()].map(({ done }) => done))
  }

  /** Gives all leases back, so that another worker takes over at once. */
  giveBackAll(): Promise<void> {
    return this.leases.giveBackAll()
  }

  private begin(number: number): void {
    const stop = new AbortController()
    const shard = this.makeShard(number)
    const { retention, broker, log } = this.parts
    const redis = this.parts.redis.of(number)
    const room = broker === null && retention ? new RetainedRoom(number, retention, { redis, log }) : null
    room?.start()
    const done = shard.run(stop.signal).finally(() => {
      room?.stop()
      this.parts.metrics.backlog.remove(String(number))
      this.parts.metrics.backlogAge.remove(String(number))
      this.parts.metrics.retainedBytes.remove(String(number))
      this.parts.metrics.retentionMissing.remove(String(number))
      this.held.delete(number)
    })
    this.held.set(number, { shard, stop, done })
  }

  private renewConnections(): void {
    const { sql, commits, pulse } = this.parts
    for (const pool of [sql, commits, pulse]) renewConnections(pool)
  }

  private makeShard(number: number): Shard {
    const { worker, sql, commits, openRedis, broker, retention, polls, metrics, tracing, log, index } =
      this.parts
    const redis = this.parts.redis.of(number)
    const holdsBallots = broker === null
    const retains = holdsBallots && retention !== null
    const projection = new Projection(redis, sql, polls, number, { holdsBallots, retains, index })
    const onOldPrimary = () => this.renewConnections()
    const parts = { sql, redis, polls, projection, instance: polls.instance.id, onOldPrimary, log }
    const onOpen = () => this.parts.onOpen(number)
    const source = broker
      ? new StreamSource(number, { ...parts, broker, metrics, onAdopted: onOpen })
      : new RedisSource(number, {
          ...parts,
          openRedis: () => openRedis(number),
          retention,
          restoring: this.restoring,
        })
    const traces = tracing &&
      !broker && { withTraces: (entries: Entry[]) => withTraces(redis, number, entries) }
    const stores = { sql, commits, source }
    return new Shard(number, { ...stores, polls, worker, metrics, tracing, ...traces, log, onOpen })
  }
}

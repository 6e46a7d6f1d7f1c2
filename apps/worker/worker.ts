/** The worker: holds leases, keeps a shard running for each, and hears from Postgres what changed. */

import { backoff, pause } from "@tallyroom/lib/backoff"
import { CHANNELS, type Database } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { PollIndex } from "@tallyroom/lib/inbox/redis/poll-copies"
import type { BrokerAdmin } from "@tallyroom/lib/inbox/stream/contract"
import type { Log } from "@tallyroom/lib/logging"
import type { Redis } from "ioredis"
import {
  ensureClassicPoll,
  ensureFinalAfter,
  ensureInbox,
  ensurePetsPoll,
  ensureShards,
  SettingFixed,
} from "./database/first-start"
import { migrate } from "./database/migrate"
import { Leases } from "./leases/leases"
import type { WorkerMetrics } from "./metrics"
import { deleteBuried, sweepDeleted } from "./polls/deletion"
import { PollBook } from "./polls/poll-book"
import { PollChanges } from "./polls/poll-changes"
import { closeDue, finalise, openDue } from "./polls/poll-steps"
import { makeWantedPosts, postsIndex } from "./polls/posts"
import { Projection } from "./polls/projection"
import { TallyProjection } from "./polls/tally-projection"
import { Shard } from "./shard/shard"
import { RedisSource } from "./source/redis-source"
import { StreamSource } from "./source/stream-source"

/** A first vote on a post waits for its poll; looking costs Redis next to nothing. */
const MAKE_POSTS_MS = 50
const HEARTBEAT_MS = 1_000
/** How often a poll whose time has come is opened or closed, and one that is closed and counted becomes final. */
const STEPS_MS = 200
/** The copies of all polls that are not final are written anew this often, so that whatever else happened to them heals. */
const REPROJECT_MS = 3_000
/** What is left of deleted polls is nobody's way: it is removed at leisure. */
const SWEEP_MS = 2_000

export type WorkerParts = {
  sql: Database
  redis: Redis
  /** Opens one more connection, for a shard's waiting reads. */
  openRedis: () => Redis
  /** The broker that holds the ballots, where that is not Redis. */
  broker?: BrokerAdmin | null
  shards: number
  labels: { a: string; b: string }
  /** Seconds for which a closed poll does not become final. */
  finalAfter: number
  /** Whether to prepare the poll of the pets contract. */
  pets?: boolean
  /** Posts that votes may bring into being; null: votes make none. */
  postsLimit?: number | null
  metrics: WorkerMetrics
  log: Log
}

type Running = { shard: Shard; stop: AbortController; done: Promise<void> }

export class Worker {
  readonly id = crypto.randomUUID()
  private readonly stopping = new AbortController()
  private readonly running = new Map<number, Running>()
  private readonly polls: PollBook
  private readonly leases: Leases
  private readonly tallies: TallyProjection
  private readonly changes = new PollChanges()
  private readonly loops: Promise<void>[] = []
  private prepared = false
  private instance = ""
  private heartbeatTrouble: string | null = "has not begun"

  constructor(private readonly parts: WorkerParts) {
    this.polls = new PollBook(parts.sql, parts.log)
    this.leases = new Leases(parts.sql, this.id)
    this.tallies = new TallyProjection(parts.redis, parts.sql, parts.log)
  }

  /**
   * Prepares the database, then works until `stop`. Waits for whatever is away.
   * @throws {SettingFixed} when INBOX_SHARDS or INBOX_URL contradicts the data
   */
  async start(): Promise<void> {
    await this.prepare()
    const { sql } = this.parts
    await this.untilDone("listening to Postgres", async () => {
      const onListen = () => void this.afterChange()
      await sql.listen(CHANNELS.polls, (number) => void this.afterChange(Number(number)), onListen)
      await sql.listen(CHANNELS.tally, (number) => this.onTally([Number(number)]))
    })
    this.loops.push(
      this.every(HEARTBEAT_MS, "heartbeat", () => this.heartbeat()),
      this.every(STEPS_MS, "opening and closing polls", () => this.takeSteps()),
      this.every(REPROJECT_MS, "projecting polls", () => this.projectAll()),
      ...this.makingPosts(),
      this.every(SWEEP_MS, "sweeping deleted polls", () => sweepDeleted(sql, this.stopping.signal)),
    )
  }

  /** One worker makes posts: the one with the shard in which votes ask for them. */
  private makingPosts(): Promise<void>[] {
    const { redis, sql, postsLimit = null } = this.parts
    if (postsLimit === null) return []
    const make = async () => {
      if (this.running.get(0)?.shard.isCounting) await makeWantedPosts(redis, sql, postsLimit)
    }
    return [this.every(MAKE_POSTS_MS, "making posts", make)]
  }

  /** What the worker waits for; empty when it is at work or stands by. */
  readiness(): Record<string, string> {
    if (this.stopping.signal.aborted) return { worker: "stopping" }
    if (!this.prepared) return { postgres: "the schema is not ready" }
    const waiting: Record<string, string> = {}
    if (this.heartbeatTrouble) waiting.postgres = this.heartbeatTrouble
    for (const [number, { shard }] of this.running) {
      if (shard.problem !== null) waiting[`shard ${number}`] = shard.problem
    }
    return waiting
  }

  /** Finishes the batches at hand and gives the leases back. */
  async stop(): Promise<void> {
    this.stopping.abort()
    this.tallies.stop()
    for (const { stop } of this.running.values()) stop.abort()
    await Promise.all([...this.loops, ...[...this.running.values()].map(({ done }) => done)])
    await this.leases.giveBackAll()
  }

  private async prepare(): Promise<void> {
    const { sql, shards, labels, finalAfter, log, broker } = this.parts
    await this.untilDone("preparing the database", async () => {
      const applied = await migrate(sql)
      if (applied.length > 0) log.info({ migrations: applied }, "migrated")
      await ensureInbox(sql, broker?.kind ?? "redis")
      await ensureShards(sql, shards)
      await ensureFinalAfter(sql, finalAfter)
      await ensureClassicPoll(sql, labels)
      if (this.parts.pets) await ensurePetsPoll(sql)
      await this.polls.refresh()
      const [row] = await sql`SELECT id FROM room`
      this.instance = String(row?.id)
    })
    this.prepared = true
  }

  /** Tries until it works, with backoff, and says so once. */
  private async untilDone(what: string, work: () => Promise<void>): Promise<void> {
    for (let attempt = 1; !this.stopping.signal.aborted; attempt++) {
      try {
        return await work()
      } catch (error) {
        if (error instanceof SettingFixed) throw error
        if (attempt === 1) this.parts.log.warn({ err: error }, `${what} failed; trying again`)
        await pause(backoff(attempt), this.stopping.signal)
      }
    }
  }

  /** Does something again and again; a failure is said once until it works again. */
  private async every(ms: number, what: string, work: () => Promise<void>): Promise<void> {
    const { signal } = this.stopping
    for (let failures = 0; !signal.aborted; ) {
      try {
        await work()
        if (failures > 0) this.parts.log.info(`${what} works again`)
        failures = 0
      } catch (error) {
        if (++failures === 1 && !signal.aborted)
          this.parts.log.warn({ err: error }, `${what} failed; trying again`)
      }
      await pause(failures > 0 ? backoff(failures + 2) : ms, signal)
    }
  }

  private async heartbeat(): Promise<void> {
    try {
      const held = new Set(await this.leases.heartbeat())
      if (this.stopping.signal.aborted) return
      for (const [number, { stop }] of this.running) if (!held.has(number)) stop.abort()
      for (const number of held) if (!this.running.has(number)) this.begin(number)
      this.heartbeatTrouble = null
      await this.measure()
    } catch (error) {
      this.heartbeatTrouble = "Postgres does not answer"
      throw error
    }
  }

  private begin(number: number): void {
    const stop = new AbortController()
    const shard = this.makeShard(number)
    const done = shard.run(stop.signal).finally(() => {
      this.parts.metrics.backlog.remove(String(number))
      this.running.delete(number)
    })
    this.running.set(number, { shard, stop, done })
  }

  private makeShard(number: number): Shard {
    const { redis, sql, log, metrics, broker = null, openRedis } = this.parts
    const { polls, instance } = this
    const projection = new Projection(redis, sql, polls, number, {
      holdsBallots: broker === null,
      index: () => this.index(),
    })
    const parts = { sql, redis, polls, projection, instance, log }
    const source = broker
      ? new StreamSource(number, { ...parts, broker, metrics })
      : new RedisSource(number, { ...parts, openRedis })
    const onOpen = () => number === 0 && this.onTally(polls.all().map((poll) => poll.number))
    return new Shard(number, { sql, source, polls, worker: this.id, metrics, log, onOpen })
  }

  /** What can be voted on, as vote is told. */
  private index(): PollIndex {
    const { shards, postsLimit = null } = this.parts
    const polls = this.polls.all()
    return {
      shards,
      default: polls.find((poll) => poll.isDefault)?.id ?? null,
      open: this.polls.open().map((poll) => poll.id),
      ...(postsLimit !== null && { posts: postsIndex(polls, postsLimit) }),
    }
  }

  /** A poll changed, or may have while nobody listened: read it anew and bring it to every shard. */
  private async afterChange(poll?: number): Promise<void> {
    this.changes.note(poll)
    await this.changes.bringAll(async (polls) => {
      try {
        await this.polls.refresh(polls)
        await Promise.all([...this.running.values()].map(({ shard }) => shard.project("changed")))
        this.onTally(polls ?? this.polls.all().map(({ number }) => number))
      } catch (error) {
        this.parts.log.debug({ err: error }, "a change of a poll was not projected; it will be")
      }
    })
  }

  private async projectAll(): Promise<void> {
    await this.polls.refresh()
    await Promise.all([...this.running.values()].map(({ shard }) => shard.project("votable")))
  }

  private onTally(polls: number[]): void {
    if (this.running.has(0)) this.tallies.mark(polls)
  }

  private async takeSteps(): Promise<void> {
    const { sql, log } = this.parts
    if (this.polls.needsDeleting()) {
      for (const poll of await deleteBuried(sql)) log.info({ poll }, "deleted")
    }
    if (!this.polls.needsStep(Date.now())) return
    for (const poll of await openDue(sql)) log.info({ poll }, "opened: its time has come")
    for (const poll of await closeDue(sql)) log.info({ poll }, "closed: its time is over")
    for (const poll of await finalise(sql)) log.info({ poll }, "final: everything accepted is counted")
  }

  private async measure(): Promise<void> {
    const { metrics, redis } = this.parts
    const open = [...this.running].filter(([, { shard }]) => shard.isCounting)
    metrics.shardsOpen.set(open.length)
    if (this.parts.broker) return
    for (const [number] of open) {
      const waiting = await redis.xlen(keys.inbox(number)).catch(() => null)
      if (waiting !== null) metrics.backlog.set({ shard: String(number) }, waiting)
    }
  }
}

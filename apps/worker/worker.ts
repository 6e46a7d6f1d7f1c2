/** The worker: prepares the database, runs the shards that it holds, and brings every change of a poll to them. */

import { type Database, openDatabase, renewConnections } from "@tallyroom/lib/database"
import { reasonText } from "@tallyroom/lib/health"
import { type RedisShards, shardsBy } from "@tallyroom/lib/inbox/redis/shards"
import type { Retention } from "@tallyroom/lib/inbox/retention"
import type { BrokerAdmin } from "@tallyroom/lib/inbox/stream/contract"
import { Decider } from "@tallyroom/lib/outcome/decider"
import type { PlacedPoll } from "@tallyroom/lib/polls/rows"
import type { GivenAddress } from "@tallyroom/lib/postgres/address"
import { assertFit } from "@tallyroom/lib/postgres/fitness"
import { Listener } from "@tallyroom/lib/postgres/listener"
import { MissingRights, tablesProblem, WORKER_RIGHTS } from "@tallyroom/lib/postgres/rights"
import { appliedMigrations, versionProblem } from "@tallyroom/lib/postgres/schema"
import type { Log } from "@tallyroom/lib/process/logging"
import { withRemedy } from "@tallyroom/lib/remedies"
import type { Tracing } from "@tallyroom/lib/tracing/tracing"
import { within } from "@tallyroom/lib/within"
import type { Redis } from "ioredis"
import { summarizeBooks } from "./audit/summary"
import { TimelineRolls } from "./counting/timeline-rolls"
import { AWAITED_STANDBY, awaitsStandby } from "./database/awaited-standby"
import { AnotherDatabase, Instance } from "./database/instance"
import { narrowResultRights } from "./database/migrate"
import { prepareDatabase, waitsForDisk } from "./database/prepare"
import { LoadedScripts } from "./loaded-scripts"
import type { WorkerMetrics } from "./metrics"
import { sweepDeleted } from "./polls/deletion"
import { takeDueSteps } from "./polls/due-steps"
import { countFinalBallots } from "./polls/final-ballots"
import { storeOutcomes } from "./polls/final-outcomes"
import { NumberReused, PollBook } from "./polls/poll-book"
import { PollChanges } from "./polls/poll-changes"
import { pollIndex } from "./polls/poll-index"
import { forgetUnknownStops } from "./polls/poll-steps"
import { makeWantedPosts } from "./polls/posts"
import { TallyProjection } from "./polls/tally-projection"
import { Repeat } from "./repeat"
import { HeldShards } from "./shard/held-shards"

/** A first vote on a post waits for its poll; asking Redis whether one does costs next to nothing. */
const MAKE_POSTS_MS = 50
const HEARTBEAT_MS = 1_000
/** A worker without a heartbeat for so long says so in its readiness, before the leases of others run out. */
const NO_HEARTBEAT_MS = 3_000
/** As for every statement of the worker: on a slow disk a heartbeat is slow, too, and a large batch is refused by then, and halved. */
const ANSWER_MS = 12_000
/** Batches that are written at once: the shards of a worker commit side by side. */
const COMMIT_CONNECTIONS = 4
const SILENT = "Postgres does not answer"
/** A heartbeat has seven statements, each with that deadline: one that takes longer than all of them waits for ever. */
const HUNG_MS = 8 * ANSWER_MS
/** What a stop waits for: the batches at hand, their end once their connections are cut, and the leases' return. */
const BATCHES_MS = 3_000
const CUT_MS = 1_000
const GIVE_BACK_MS = 2_000
/** How often a poll whose time has come is opened or closed, and one that is closed and counted becomes final. */
const STEPS_MS = 200
/** How often it is looked for final polls whose outcome is not stored yet. */
const OUTCOMES_MS = 500
/** How often it is looked for final polls whose ballots are not counted by what they say, and how long that may take for one. */
const BALLOTS_MS = 1_000
const COUNT_BALLOTS_MS = 15 * 60_000
/** How often the copies of polls that are not final are written anew: so whatever else happened to them heals. */
const REPROJECT_MS = 3_000
/** What is left of deleted polls is in nobody's way: it is removed at leisure. */
const SWEEP_MS = 2_000
/** How often the timelines of polls that were counted are rolled up. */
const ROLL_UP_MS = 10_000
/** How often records of stops that have not happened are looked for, where there may be any. */
const UNKNOWN_STOPS_MS = 10_000
/** How often the books of all polls are added up for Prometheus. */
const BOOKS_MS = 10_000
/** How often it is made sure that result's role may do no more than it needs, and how long results of the version before may go on with more. */
const NARROW_MS = 10_000
const BESIDE_OLDER_MS = 10 * 60_000
/** A newer worker that changed the schema has taken the shards at once; this is for whoever wonders why. */
const SCHEMA_MS = 2_000

const UNSAFE =
  "Postgres acknowledges commits before they are on its disk (synchronous_commit is off, and a pooler lets the worker not ask for it): a crash of Postgres loses votes that were counted. ALTER ROLE … SET synchronous_commit = on, then RECONNECT in PgBouncer"

export type WorkerParts = {
  sql: Database
  databaseUrl: GivenAddress
  /** Where changes are listened for, over a connection of its own, if that is elsewhere. */
  listenUrl?: GivenAddress
  redis: Redis | RedisShards
  /** Opens one more connection, for a shard's waiting reads. */
  openRedis: (shard: number) => Redis
  /** The broker that holds the ballots, where that is not Redis. */
  broker?: BrokerAdmin | null
  shards: number
  /** How much of what was counted Redis keeps, all shards together; null for nothing. */
  retention?: Retention | null
  labels: { a: string; b: string }
  /** Seconds for which a closed poll does not become final. */
  finalAfter: number
  /** Whether to prepare the poll of the pets contract. */
  pets?: boolean
  /** Posts that votes may bring into being; null: votes make none. */
  postsLimit?: number | null
  metrics: WorkerMetrics
  /** Null, or absent, where nothing is traced. */
  tracing?: Tracing | null
  log: Log
  /** Called when another database answers: nothing but a worker that is started anew may work with it. */
  onAnotherDatabase?: (error: AnotherDatabase) => void
}

export class Worker {
  readonly id = crypto.randomUUID()
  private readonly stopping = new AbortController()
  /** A connection for heartbeats alone: they must not wait for commits. */
  private readonly pulse: Database
  private readonly redis: RedisShards
  /** Connections for batches alone. */
  private readonly commits: Database
  private readonly repeat: Repeat
  private readonly scripts: LoadedScripts
  private readonly instance = new Instance()
  private readonly polls: PollBook
  private readonly shards: HeldShards
  private readonly tallies: TallyProjection
  private readonly timelines: TimelineRolls
  private readonly decider: Decider
  /** Polls whose outcome is stored, and polls whose ballots are counted. */
  private readonly settled = { outcomes: new WeakSet<PlacedPoll>(), ballots: new WeakSet<PlacedPoll>() }
  private readonly listener: Listener
  private readonly changes = new PollChanges()
  private readonly loops: Promise<void>[] = []
  private isPrepared = false
  private unprepared = "the schema is not ready"
  private outdated: string | null = null
  private rights: string | null = null
  /** Also before the first heartbeat. */
  private heartbeatFailed = true
  /** Why Postgres left a heartbeat without an answer, as far as that is known. */
  private silence = SILENT
  /** Why the last heartbeat failed that did. */
  private heartbeatReason = ""
  private heartbeatAt = Number.NEGATIVE_INFINITY
  private waitsForStandby = false

  constructor(private readonly parts: WorkerParts) {
    const { sql, openRedis, broker = null, retention = null, tracing = null, listenUrl, metrics, log } = parts
    this.redis = shardsBy(parts.redis)
    this.pulse = openDatabase(parts.databaseUrl, {
      ...{ name: "worker-heartbeat", connections: 1, answerMs: ANSWER_MS },
      onSilent: (cause) => {
        if (cause !== this.silence) log.warn(cause)
        this.silence = cause
      },
    })
    this.commits = openDatabase(parts.databaseUrl, {
      ...{
        name: "worker-commits",
        connections: COMMIT_CONNECTIONS,
        answerMs: ANSWER_MS,
        isPlannedOnce: true,
      },
      onSilent: (cause) => log.warn(cause),
    })
    this.repeat = new Repeat(log, this.stopping.signal)
    this.scripts = new LoadedScripts(log)
    this.polls = new PollBook(sql, log, this.instance)
    this.tallies = new TallyProjection(this.redis.of(0), sql, log)
    this.timelines = new TimelineRolls(sql)
    this.decider = new Decider({ databaseUrl: parts.databaseUrl, name: "worker-outcomes", log })
    this.listener = new Listener({
      ...{ url: listenUrl ?? parts.databaseUrl, isForListening: listenUrl !== undefined },
      ...{ name: "worker-listen", sql: this.pulse, others: [sql, this.commits], log },
      heard: {
        changed: (channel, poll) =>
          channel === "polls" ? void this.afterChange(poll) : this.projectTallies([poll]),
        // Any poll may have changed meanwhile.
        unsure: () => void this.afterChange(),
      },
    })
    this.shards = new HeldShards({
      ...{
        worker: this.id,
        sql,
        commits: this.commits,
        pulse: this.pulse,
        redis: this.redis,
        openRedis,
        broker,
        retention: retention && { ...retention, bytes: retention.bytes / parts.shards },
        polls: this.polls,
        metrics,
        tracing,
        log,
      },
      index: () => pollIndex(this.polls, parts.shards, parts.postsLimit ?? null),
      onOpen: (shard) => shard === 0 && this.projectTallies(),
    })
  }

  /**
   * Prepares the database, then works until `stop`. Waits for whatever is away.
   * @throws {SettingFixed} when INBOX_SHARDS or INBOX_URL contradicts the data
   * @throws {UnfitDatabase} when this database can't be used
   * @throws {AnotherDatabase} when it is another one before all is prepared
   */
  async start(): Promise<void> {
    const { sql, shards, log } = this.parts
    // Before anything else is asked over a new connection, so before a shard is opened.
    this.redis.each((connection) => this.scripts.loadInto(connection))
    for (let shard = 0; shard < shards; shard++) this.redis.of(shard)
    await this.repeat.untilDone("preparing the database", () => this.prepare())
    this.isPrepared = true
    const { signal } = this.stopping
    if (signal.aborted) return
    this.heartbeatAt = performance.now()
    this.listener.start()
    const olderUntil = performance.now() + BESIDE_OLDER_MS
    this.loops.push(
      this.repeat.every(HEARTBEAT_MS, "heartbeat", () => this.heartbeat()),
      // Somebody may have flushed them.
      this.repeat.every(REPROJECT_MS, "loading scripts", () => this.scripts.loadAll()),
      this.repeat.every(HEARTBEAT_MS, "measuring the backlog", () => this.shards.measure()),
      this.repeat.every(HEARTBEAT_MS, "looking for a standby that is away", () => this.lookForStandby()),
      this.repeat.every(
        STEPS_MS,
        "opening and closing polls",
        this.unlessOutdated(() => takeDueSteps(sql, this.polls, log)),
      ),
      this.repeat.every(
        OUTCOMES_MS,
        "storing outcomes",
        this.unlessOutdated(() => this.storeOutcomes()),
      ),
      this.repeat.every(
        BALLOTS_MS,
        "counting which ballots say the same",
        this.unlessOutdated(() => this.countFinalBallots()),
      ),
      this.repeat.every(REPROJECT_MS, "projecting polls", () => this.projectAll()),
      ...this.makingPosts(),
      ...this.forgettingUnknownStops(),
      this.repeat.every(SCHEMA_MS, "looking at the schema", () => this.lookAtSchema()),
      this.repeat.every(
        SWEEP_MS,
        "sweeping deleted polls",
        this.unlessOutdated(() => sweepDeleted(sql, signal)),
      ),
      this.repeat.every(
        NARROW_MS,
        "looking at the rights of result's role",
        this.unlessOutdated(() => narrowResultRights(sql, performance.now() < olderUntil)),
      ),
      this.repeat.every(
        ROLL_UP_MS,
        "rolling timelines up",
        this.unlessOutdated(() => this.rollUpTimelines()),
      ),
      this.repeat.every(
        BOOKS_MS,
        "adding the books up",
        this.unlessOutdated(() => this.measureBooks()),
      ),
    )
  }

  /** What the worker waits for; empty when it is at work or stands by. */
  readiness(): Record<string, string> {
    if (this.stopping.signal.aborted) return { worker: "stopping" }
    if (!this.isPrepared) return { postgres: this.unprepared }
    return {
      ...(this.isSilent() && { postgres: this.silenceNow() }),
      ...(this.listener.state === "deaf" && {
        notifications: "those of Postgres do not arrive: see DATABASE_LISTEN_URL",
      }),
      ...(this.outdated !== null && { schema: this.outdated }),
      ...(this.rights !== null && { rights: this.rights }),
      ...this.shards.problems(),
    }
  }

  private isSilent(): boolean {
    return this.heartbeatFailed || performance.now() - this.heartbeatAt > NO_HEARTBEAT_MS
  }

  private silenceNow(): string {
    if (this.waitsForStandby) return `Postgres answers, but ${AWAITED_STANDBY}`
    // A heartbeat may wait for its answer long; what listens connects anew each second.
    const { state, reason } = this.listener
    const why = state === "away" ? reason : this.heartbeatReason
    return this.silence === SILENT && why !== "" ? `${SILENT}: ${why}` : this.silence
  }

  /** What nothing but a restart mends; null when there is no such thing. */
  hung(): string | null {
    if (this.stopping.signal.aborted || !this.isPrepared) return null
    if (performance.now() - this.heartbeatAt > HUNG_MS) return "the heartbeat hangs"
    return this.shards.hung()
  }

  /** Whether changes are heard from Postgres, or asked for. */
  get isListening(): boolean {
    return this.listener.state === "listening" || this.listener.state === "asking"
  }

  /** How often a standby of Postgres that was promoted has taken over. */
  get failovers(): number {
    return this.listener.failovers
  }

  /** Finishes the batches at hand, unless a store leaves them without an answer, and gives the leases back. */
  async stop(): Promise<void> {
    this.stopping.abort()
    this.scripts.stop()
    this.tallies.stop()
    this.shards.stop()
    this.decider.stop()
    const done = Promise.all([...this.loops, this.shards.stopped(), this.listener.stop()])
    const late = () => new Error("a store leaves the worker without an answer")
    await within(BATCHES_MS, done, late).catch((error) => this.cut(done, error))
    // Before the tables are there, nothing was taken.
    const givenBack = this.isPrepared ? this.shards.giveBackAll() : Promise.resolve()
    await within(GIVE_BACK_MS, givenBack, late).catch((error) =>
      this.parts.log.warn({ err: error }, "the leases were not given back; they run out"),
    )
    await Promise.all([this.pulse.end({ timeout: 0 }), this.commits.end({ timeout: 0 })])
  }

  /** Ends what is waited for. What became of the batches at hand is for their next worker to find out. */
  private async cut(done: Promise<unknown>, error: Error): Promise<void> {
    const { sql, log } = this.parts
    log.warn({ err: error }, "stopping without the answers that are still due")
    renewConnections(sql)
    renewConnections(this.commits)
    renewConnections(this.pulse)
    this.redis.disconnect()
    await within(CUT_MS, Promise.all([this.shards.abandon(), done]), () => error).catch(() => {})
  }

  private async prepare(): Promise<void> {
    try {
      await this.prepareOnce()
    } catch (error) {
      this.sayMissingRights(error)
      if (!(error instanceof MissingRights)) this.unprepared = `the schema is not ready: ${reasonOf(error)}`
      throw error
    }
  }

  private async prepareOnce(): Promise<void> {
    const { sql, shards, labels, finalAfter, broker, pets = false, log } = this.parts
    const inbox = broker?.kind ?? "redis"
    await prepareDatabase(sql, { inbox, shards, labels, finalAfter, pets }, log)
    await forgetUnknownStops(sql)
    // So that it is no heartbeat and no batch that is refused for what a pooler does not know.
    await assertFit(this.pulse)
    await assertFit(this.commits)
    if (!(await waitsForDisk(sql))) log.warn(UNSAFE)
    await this.instance.verifyNow(sql)
    await this.polls.refresh()
  }

  /** What a worker does without holding a shard. */
  private unlessOutdated(work: () => Promise<unknown>): () => Promise<void> {
    return async () => {
      if (this.outdated === null) await work()
    }
  }

  /** A newer version may change the schema so that this one must not count any more; and rights may be taken away. */
  private async lookAtSchema(): Promise<void> {
    const problem = versionProblem(await appliedMigrations(this.parts.sql))
    if (problem !== null && problem !== this.outdated) this.parts.log.error(problem)
    this.outdated = problem
    this.rights = await tablesProblem(this.parts.sql, WORKER_RIGHTS)
    if (this.rights !== null) this.sayMissingRights(new MissingRights(this.rights))
  }

  /** Each once: what waits for the database says its first failure alone. */
  private sayMissingRights(error: unknown): void {
    if (!(error instanceof MissingRights) || error.message === this.unprepared) return
    this.unprepared = error.message
    this.parts.log.error(error.message)
  }

  /** From here on this worker begins nothing any more. */
  private end(error: AnotherDatabase): void {
    if (this.stopping.signal.aborted) return
    this.stopping.abort()
    this.tallies.stop()
    this.shards.stop()
    this.decider.stop()
    this.parts.onAnotherDatabase?.(error)
  }

  private async heartbeat(): Promise<void> {
    try {
      await this.shards.heartbeat(this.stopping.signal)
      this.heartbeatFailed = false
      this.silence = SILENT
      this.heartbeatReason = ""
    } catch (error) {
      if (error instanceof AnotherDatabase) this.end(error)
      this.heartbeatFailed = true
      this.heartbeatReason = reasonOf(error)
      throw error
    } finally {
      this.heartbeatAt = performance.now()
    }
  }

  /** Reading goes on then, so that nothing else tells why no heartbeat comes to its end. */
  private async lookForStandby(): Promise<void> {
    const waits = this.isSilent() && (await awaitsStandby(this.parts.sql))
    if (waits && !this.waitsForStandby)
      this.parts.log.error(`nothing is counted: Postgres answers, but ${AWAITED_STANDBY}`)
    this.waitsForStandby = waits
  }

  /** As with tallies, the worker with shard 0 does it for all. */
  private async rollUpTimelines(): Promise<void> {
    if (this.shards.has(0)) await this.timelines.rollUp(this.stopping.signal)
  }

  /** As with tallies, the worker with shard 0 does it for all. */
  private async storeOutcomes(): Promise<void> {
    if (!this.shards.has(0)) return
    const { sql, log } = this.parts
    for (const poll of await storeOutcomes(sql, this.polls, this.decider, this.settled.outcomes))
      log.info({ poll }, "its outcome is stored")
  }

  /** As with tallies, the worker with shard 0 does it for all. */
  private async countFinalBallots(): Promise<void> {
    if (!this.shards.has(0)) return
    const { sql, databaseUrl, log } = this.parts
    const open = () =>
      openDatabase(databaseUrl, { name: "worker-ballots", connections: 1, answerMs: COUNT_BALLOTS_MS })
    for (const poll of await countFinalBallots(
      sql,
      this.polls,
      open,
      this.stopping.signal,
      this.settled.ballots,
    ))
      log.info({ poll }, "its ballots are counted by what they say")
  }

  /** Only the worker with shard 0 says it, so that what it says is true once and not once for each worker. */
  private async measureBooks(): Promise<void> {
    const { sql, metrics } = this.parts
    const { lost, unbalanced } = this.shards.has(0) ? await summarizeBooks(sql) : { lost: 0, unbalanced: 0 }
    metrics.lost.set(lost)
    metrics.unbalanced.set(unbalanced)
  }

  /** One worker makes posts: the one with the shard in which votes ask for them. */
  private makingPosts(): Promise<void>[] {
    const { sql, postsLimit = null } = this.parts
    if (postsLimit === null) return []
    const make = async () => {
      if (this.shards.isCounting(0)) await makeWantedPosts(this.redis.of(0), sql, postsLimit)
    }
    return [this.repeat.every(MAKE_POSTS_MS, "making posts", make)]
  }

  /** An earlier version that counts beside this one may record them. */
  private forgettingUnknownStops(): Promise<void>[] {
    const { broker, sql } = this.parts
    if (!broker) return []
    const forget = this.unlessOutdated(() => forgetUnknownStops(sql))
    return [this.repeat.every(UNKNOWN_STOPS_MS, "forgetting stops that have not happened", forget)]
  }

  /**
   * Reads the poll anew and brings it to every shard.
   * @param poll its number; without one any may have changed
   */
  private async afterChange(poll?: number): Promise<void> {
    this.changes.add(poll)
    await this.changes.bringAll(async (polls) => {
      try {
        await this.readPolls(() => this.polls.refresh(polls))
        await this.shards.project("changed")
        this.projectTallies(polls)
      } catch (error) {
        this.parts.log.debug({ err: error }, "a change of a poll was not projected; it will be")
      }
    })
  }

  private async readPolls(read: () => Promise<void>): Promise<void> {
    await read().catch((error) => {
      // A worker without shards took no ballots for what had the numbers before.
      if (error instanceof NumberReused && !this.shards.reopen()) this.polls.settleReused(this.polls.reused())
      throw error
    })
  }

  private async projectAll(): Promise<void> {
    await this.readPolls(() => this.polls.refreshChanged())
    await this.shards.project("votable")
  }

  /** The worker with shard 0 writes the copies of tallies. */
  private projectTallies(polls = this.polls.all().map(({ number }) => number)): void {
    if (this.shards.has(0)) this.tallies.schedule(polls)
  }
}

/** Why something failed that was asked of Postgres, and what to do about it. */
function reasonOf(error: unknown): string {
  return withRemedy("Postgres", error instanceof Error ? reasonText(error) : String(error))
}

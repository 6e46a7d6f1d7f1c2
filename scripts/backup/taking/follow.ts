/** Backups that never end: WAL is stored as Postgres writes it, and a whole backup is taken when the newest is too old. */

import { backoff, pause } from "@tallyroom/lib/backoff"
import type { Log } from "@tallyroom/lib/process/logging"
import type { Registry } from "prom-client"
import { type Manifest, readManifests } from "../catalog/manifest"
import { backupMetrics, walMetrics } from "./metrics"
import { type Backup, type BackupPlan, takeBackup } from "./once"
import {
  emptySpool,
  hasFailedOver,
  isOfEarlierTimeline,
  lookAtSpool,
  type Receiver,
  type ReceiverPlan,
  type Spool,
  startReceiver,
  wasCut,
} from "./receiver"
import { Shipper } from "./shipper"

export interface FollowPlan extends Omit<BackupPlan, "onProgress"> {
  readonly receiver: ReceiverPlan
  /** How old the newest backup may be (milliseconds); null: others take them. */
  readonly everyMs: number | null
  /** How often what has been received of an unfinished segment is stored (milliseconds). */
  readonly shipMs: number
  readonly registry: Registry
  readonly log: Log
  onBackup?(backup: Backup): Promise<void>
}

/** How often finished segments are looked for, and the age of the newest backup, and whether another server is the primary. */
const LOOK_MS = 500
const AGE_MS = 20_000
const PRIMARY_MS = 5_000

export class Follower {
  readonly #plan: FollowPlan
  readonly #stopped = new AbortController()
  readonly #wal: ReturnType<typeof walMetrics>
  readonly #backups: ReturnType<typeof backupMetrics>
  /** Since when a backup is missing from which the WAL that is received leads on; null while there is one. */
  #cutAt: number | null = null
  /** Ends the wait until the newest backup's age is looked at again. */
  #waiting = new AbortController()
  #problem: string | null = "it has not begun"
  #running: Promise<void>[] = []

  constructor(plan: FollowPlan) {
    this.#plan = plan
    this.#wal = walMetrics(plan.registry)
    this.#backups = backupMetrics(plan.registry)
  }

  /** Why WAL is not being stored; null while it is. */
  problem(): string | null {
    return this.#problem
  }

  start(): void {
    this.#running = [
      this.#repeat("WAL is not stored", () => this.#receive()),
      this.#repeat("no backup could be taken", () => this.#keepYoung()),
    ]
  }

  /** Stores what has been received, and ends. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    await Promise.all(this.#running)
  }

  get #isStopped(): boolean {
    return this.#stopped.signal.aborted
  }

  /** Does its work again and again, later each time that it fails. */
  async #repeat(consequence: string, work: () => Promise<void>): Promise<void> {
    let told = ""
    for (let failures = 0; !this.#isStopped; ) {
      try {
        await work()
        failures = 0
        told = ""
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        if (why !== told) this.#plan.log.error({ err: error }, `${consequence}: ${why}`)
        told = why
        await pause(backoff(++failures), this.#stopped.signal)
      }
    }
  }

  /** Receives and stores until pg_receivewal ends, or somebody stops it. */
  async #receive(): Promise<void> {
    const { receiver: plan, log } = this.#plan
    try {
      const spool = await lookAtSpool(plan)
      await this.#leaveEarlierTimeline(spool)
      await this.#leaveGap(spool)
      const receiver = await startReceiver(plan, spool)
      log.info({ timeline: spool.facts.timeline }, "receiving WAL")
      await this.#store(receiver)
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error)
      throw error
    } finally {
      this.#wal.receiving.set(0)
    }
  }

  #shipperOf({ folder, facts }: Spool): Shipper {
    const { storage, sealing } = this.#plan
    const { systemId, segmentBytes } = facts
    return new Shipper({ storage, sealing, folder, systemId, segmentBytes })
  }

  async #leaveEarlierTimeline(spool: Spool): Promise<void> {
    if (!(await isOfEarlierTimeline(spool))) return
    this.#plan.log.warn(
      "Postgres failed over, or was restored: what was received before is stored, and it begins anew",
    )
    await this.#storeAndEmpty(spool)
  }

  /** What the server has removed is in no storage: every later moment needs a backup that begins behind it. */
  async #leaveGap(spool: Spool): Promise<void> {
    if (!(await wasCut(this.#plan.receiver))) return
    this.#cutAt = Date.now()
    this.#waiting.abort()
    this.#waiting = new AbortController()
    this.#wal.cuts.inc()
    this.#plan.log.error(
      "Postgres removed WAL before it was received (max_slot_wal_keep_size): no moment until the end of the next backup can be restored",
    )
    await this.#storeAndEmpty(spool)
  }

  async #storeAndEmpty(spool: Spool): Promise<void> {
    const shipper = this.#shipperOf(spool)
    await shipper.shipWhole()
    await shipper.shipPartial()
    await emptySpool(spool)
  }

  async #store(receiver: Receiver): Promise<void> {
    const shipper = this.#shipperOf(receiver)
    let ended: number | undefined
    let hasMoved = false
    void receiver.exited.then((code) => {
      ended = code
    })
    const looking = setInterval(() => {
      // Where nobody answers, pg_receivewal ends by itself.
      void hasFailedOver(this.#plan.receiver, receiver).then(
        (found) => {
          hasMoved ||= found
        },
        () => {},
      )
    }, PRIMARY_MS)
    this.#wal.receiving.set(1)
    try {
      for (
        let shippedAt = Number.NEGATIVE_INFINITY;
        ended === undefined && !hasMoved && !this.#isStopped;
        await pause(LOOK_MS, this.#stopped.signal)
      ) {
        this.#wal.waiting.set(await shipper.waiting())
        await shipper.shipWhole()
        this.#problem = null
        if (performance.now() - shippedAt < this.#plan.shipMs) continue
        await shipper.shipPartial()
        shippedAt = performance.now()
        this.#wal.stored.setToCurrentTime()
      }
    } finally {
      clearInterval(looking)
      await receiver.stop()
    }
    await shipper.shipWhole()
    await shipper.shipPartial()
    if (ended !== undefined && !hasMoved && !this.#isStopped)
      throw new Error(`pg_receivewal ended with code ${ended}: Postgres is away, or refuses`)
  }

  /** Takes a backup where the newest is too old, lies before a gap in the WAL, or is of another server or timeline than this one. */
  async #keepYoung(): Promise<void> {
    const manifests = await readManifests(this.#plan.storage, (problem) => this.#warnOf(problem))
    const newest = manifests.at(-1)
    if (newest) this.#backups.set(newest)
    if (await this.#isDue(manifests)) await this.#takeBackup()
    await pause(AGE_MS, AbortSignal.any([this.#stopped.signal, this.#waiting.signal]))
  }

  #warnedOf = new Set<string>()

  /** Once of each: manifests are read again and again. */
  #warnOf(problem: string): void {
    if (this.#warnedOf.has(problem)) return
    this.#warnedOf.add(problem)
    this.#plan.log.warn(`a backup is left out: ${problem}`)
  }

  async #isDue(manifests: readonly Manifest[]): Promise<boolean> {
    const { everyMs, receiver } = this.#plan
    if (everyMs === null) return false
    const spool = await lookAtSpool(receiver)
    const own = manifests.filter((it) => isOf(it, spool)).at(-1)
    if (!own || Date.now() - Date.parse(own.finishedAt) >= everyMs) return true
    return this.#cutAt !== null && Date.parse(own.startedAt) < this.#cutAt
  }

  async #takeBackup(): Promise<void> {
    const backup = await takeBackup(this.#plan)
    const { manifest, removed, problems } = backup
    this.#backups.set(manifest)
    this.#plan.log.info({ id: manifest.id, removed }, "took a backup")
    for (const problem of problems) this.#plan.log.warn(`nothing old was removed: ${problem}`)
    await this.#plan.onBackup?.(backup)
  }
}

const isOf = ({ systemId, base }: Manifest, { facts }: Spool) =>
  systemId === facts.systemId && base?.timeline === facts.timeline

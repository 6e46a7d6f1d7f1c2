/** What stands between a vote that replicas have and its answer: no sentinel may have chosen another master before they had it. */

import type { Redis } from "ioredis"
import { type Access, accessBy, currently } from "../access"
import { InboxAway } from "../contract"
import { readStoreAddress } from "../store-address"
import { placeIn, type SentinelPlace, sentinelName, sentinelsIn } from "./sentinel-place"
import { countOf, doubtOf, judge, type SentinelReport } from "./sentinel-verdict"
import { LATE_MS, SentinelWatch } from "./sentinel-watch"
import { masterOf } from "./sentinels"

/** How often sentinels are asked while nobody votes, so that ballots find connections that work. */
const LOOK_MS = 1_000
/**
 * Whoever won an election so long ago does nothing any more. It has given up by then, or the others follow it; and a sentinel that hung
 * first does nothing for 30 s when it goes on, but says that it is at work.
 */
const OVER_MS = 30_000

/** @returns null for an address that names no sentinels */
export function openBarrier(given: string | Access): SentinelBarrier | null {
  const access = accessBy(given)
  if (sentinelsIn(readStoreAddress(access().url), {}) === null) return null
  return new SentinelBarrier(currently(access, placeIn))
}

export class SentinelBarrier {
  /** By the names of the sentinels. */
  private watches = new Map<string, SentinelWatch>()
  /** The latest election in which any sentinel has voted, and when that was first heard. */
  private readonly election = { epoch: 0, heardAt: Number.NEGATIVE_INFINITY }
  private readonly timer: Timer

  /** @param place where the sentinels are, as it is at each call */
  constructor(private readonly place: () => SentinelPlace) {
    this.timer = setInterval(() => this.look(), LOOK_MS)
    this.timer.unref()
    this.look()
  }

  /**
   * Settles once most of the sentinels have said, later than this was called, that the master stays to which a connection leads, and
   * none that answers at once has said that it is replaced.
   * @param end until when, by `performance.now()`
   * @throws {InboxAway} when they don't: what was written over this connection may be lost
   */
  async pass(connection: Pick<Redis, "stream">, end: number): Promise<void> {
    const master = masterOf(connection)
    if (!master) throw new InboxAway("the connection to the master was lost", { perhaps: true })
    const questions = [...this.watches].map(([name, watch]) => ({
      ...{ name, isLate: watch.isLate(), isInDoubt: () => watch.isInDoubt() },
      report: this.ask(watch),
    }))
    await new Inquiry(master, questions, () => this.areElectionsOver(), end).settled
  }

  disconnect(): void {
    clearInterval(this.timer)
    for (const watch of this.watches.values()) watch.disconnect()
  }

  private look(): void {
    this.watchThoseOfNow()
    for (const watch of this.watches.values()) this.ask(watch).catch(() => {})
  }

  /** The address may have come to name others. To read it takes longer than all else that a round asks here. */
  private watchThoseOfNow(): void {
    const servers = new Map(this.place().servers.map((server) => [sentinelName(server), server]))
    for (const [name, watch] of this.watches)
      if (!servers.has(name)) {
        watch.disconnect()
        this.watches.delete(name)
      }
    for (const [name, server] of servers)
      if (!this.watches.has(name)) this.watches.set(name, new SentinelWatch(server, this.place))
  }

  private async ask(watch: SentinelWatch): Promise<SentinelReport> {
    const report = await watch.report()
    if (report.votedEpoch > this.election.epoch)
      Object.assign(this.election, { epoch: report.votedEpoch, heardAt: performance.now() })
    return report
  }

  private areElectionsOver(): boolean {
    return performance.now() - this.election.heardAt > OVER_MS
  }
}

type Question = {
  /** Of the sentinel that is asked. */
  name: string
  /** Whether it leaves earlier questions without an answer. */
  isLate: boolean
  /** Whether it has published something and not said yet what it thinks now. */
  isInDoubt: () => boolean
  report: Promise<SentinelReport>
}

/** What all sentinels answer to one question. */
class Inquiry {
  readonly settled: Promise<void>
  private readonly settling = Promise.withResolvers<void>()
  private readonly said: (SentinelReport | null)[]
  private readonly silences: string[]
  /** Those that may still answer, and those of them that are waited for although enough others have answered. */
  private readonly asked: Set<number>
  private readonly waitedFor: Set<number>

  constructor(
    private readonly master: { host: string; port: number },
    private readonly questions: readonly Question[],
    private readonly areElectionsOver: () => boolean,
    private readonly end: number,
  ) {
    this.said = questions.map(() => null)
    this.silences = questions.map(() => "does not answer in time")
    this.asked = new Set(questions.keys())
    this.waitedFor = new Set(questions.flatMap(({ isLate }, i) => (isLate ? [] : [i])))
    questions.forEach(({ report }, i) => void this.hear(i, report))
    // An answer that is here already, but not read because we were busy ourselves, counts.
    const goOn = setTimeout(() => setImmediate(() => this.waitNoLonger()), LATE_MS)
    const giveUp = setTimeout(() => setImmediate(() => this.fail()), Math.max(0, end - performance.now()))
    this.settled = this.settling.promise.finally(() => {
      clearTimeout(goOn)
      clearTimeout(giveUp)
    })
  }

  private async hear(i: number, report: Promise<SentinelReport>): Promise<void> {
    try {
      this.said[i] = await report
    } catch (error) {
      this.silences[i] = (error as Error).message
    }
    this.asked.delete(i)
    this.waitedFor.delete(i)
    this.decide()
  }

  private waitNoLonger(): void {
    this.waitedFor.clear()
    this.decide()
  }

  private decide(): void {
    const verdict = judge(this.master, this.said, this.areElectionsOver())
    if (verdict === "replaced" || performance.now() >= this.end) this.fail()
    else if (verdict === "stays" && !this.isWaiting()) this.settling.resolve()
    else if (this.asked.size === 0) this.fail()
  }

  private isWaiting(): boolean {
    return this.questions.some((it, i) => this.asked.has(i) && (this.waitedFor.has(i) || it.isInDoubt()))
  }

  private fail(): void {
    this.settling.reject(new InboxAway(this.doubts(), { perhaps: true }))
  }

  private doubts(): string {
    const count = countOf(this.said)
    if (this.questions.length * 2 <= count)
      return `REDIS_URL names ${this.questions.length} of ${count} sentinels: votes that wait for replicas need most of them`
    const each = this.questions.map(({ name }, i) => {
      const report = this.said[i]
      return `${name} ${report ? doubtOf(report, this.master) : this.silences[i]}`
    })
    return `too few sentinels say that the master stays: ${each.join("; ")}`
  }
}

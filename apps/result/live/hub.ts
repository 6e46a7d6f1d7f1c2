/** Brings every change of a poll to its viewers: at once after a quiet time, and never more often than they can take. */

import type { Tally } from "@tallyroom/lib/polls/tallies"
import { AUDIENCES, type Audience, seesCounts } from "@tallyroom/lib/polls/visibility"
import { MOST_TRACED } from "@tallyroom/lib/tracing/traceparent"
import { mayKnow } from "../access/audience"
import type { LiveMetrics } from "../metrics"
import type { OutcomeReads, ShownOutcome } from "../outcome/outcome-reads"
import { untilNextStep } from "../tally/snapshot"
import { LiveOutcomes } from "./live-outcomes"
import {
  attended,
  type Circle,
  circleOf,
  type Form,
  isNewer,
  messageFor,
  newWatched,
  type ReadTrace,
  topicOf,
  versionFor,
  type Watched,
  welcomeFor,
} from "./watched"

/** At most 40 snapshots a second for each poll: a bar that moves so often moves smoothly. */
export const SHORTEST_INTERVAL_MS = 25
/** Who takes whole snapshots gets at most so much of them: a poll with 50 long options has one of 42 KB. */
const WHOLE_BYTES_A_SECOND = 64 * 1_024
/** A delivery of the budget is one of so many bytes; a longer message counts for several. */
const DELIVERY_BYTES = 1_024
/** The most polls of one read, those first whose changes are the oldest: reading thousands together would hold up whatever else this process does. */
const MOST_A_ROUND = 500
/** When a read has failed, as Postgres is away, the next one is tried after this time. */
const RETRY_MS = 1_000
/** A viewer who hears nothing for more than twice this time takes the connection for lost, and goes on at another replica. */
const REPEAT_MS = 20_000
/** So often it is looked at how old the knowledge of each poll is. */
const LOOK_MS = 1_000
/** Whoever listens to Postgres proves each second that nothing was missed. A poll without such a proof for so long is read. */
const ASK_AFTER_MS = 2_500
/** If reading brings no answer either, the viewers are told after this time. A heartbeat and an answer may take 4 s. */
const OLD_AFTER_MS = 5_000
/** Timers can't run for weeks, so a scheduled moment that is further away is checked again after this time. */
const LONGEST_TIMER_MS = 3_600_000

export type HubDeps = {
  read: (polls: number[]) => Promise<Tally[]>
  publish: (topic: string, message: string) => void
  /** Called when a watched poll does not exist any more, or not for these audiences. */
  gone: (poll: number, audiences: readonly Audience[]) => void
  /** Called for every read that failed. The hub tries it again. */
  failed: (error: unknown) => void
  /** What rankings decide. */
  outcomes: Pick<OutcomeReads, "read" | "latest" | "waitOf">
  metrics: LiveMetrics
  deliveriesPerSecond: number
  /** Called when a snapshot of the poll with this id went out to viewers, with the traces of ballots that it counts. */
  seen?: (traces: readonly ReadTrace[], poll: string) => void
}

export class Hub {
  readonly #deps: HubDeps
  readonly #watched = new Map<number, Watched>()
  readonly #outcomes: LiveOutcomes
  #viewers = 0
  #wholeViewers = 0
  /** The polls that are being read. */
  #reading: ReadonlySet<number> = new Set()
  /** Whether the last read failed, so that nobody knows whether the snapshots are still right. */
  #failing = false
  #timer: Timer | undefined
  /** When the next round begins (ms of performance.now()), as far as it is planned. */
  #roundAt = Number.POSITIVE_INFINITY
  readonly #repeater: Timer
  readonly #looker: Timer

  constructor(deps: HubDeps) {
    this.#deps = deps
    this.#outcomes = new LiveOutcomes(deps.outcomes, (shown) => this.#showOutcome(shown))
    this.#repeater = setInterval(() => this.repeat(), REPEAT_MS).unref()
    this.#looker = setInterval(() => this.#look(), LOOK_MS).unref()
  }

  get viewers(): number {
    return this.#viewers
  }

  /**
   * Counts a viewer, who must have subscribed to the topic before.
   * @param known the version of the snapshot that the viewer has already, if any
   * @returns the message to send to this viewer at once
   */
  join(tally: Tally, audience: Audience, form: Form = "whole", known: number | null = null): string {
    const before = this.#watched.get(tally.poll.number)
    const watched = before ?? this.#watch(tally)
    const isNews = !before || isNewer(tally, before.latest)
    // A read that began before this one and ends after it must not be shown any more.
    if (isNews) watched.latest = tally
    const circle = circleOf(watched, audience, form)
    if (circle.viewers === 0) circle.sent = versionFor(watched.latest, audience)
    circle.viewers += 1
    this.#count(form, 1)
    this.#followOutcome(watched)
    const mayKnowLatest = audiencesOf(watched.latest).includes(audience)
    // Another read finds what changed between that read and the subscription, and sends away who may not know of the poll any more.
    if (isNews || !mayKnowLatest) this.changed(tally.poll.number)
    if (!mayKnowLatest) return messageFor({ ...watched, latest: tally, outcome: null }, audience, null)
    return welcomeFor(watched, circle, form === "numbers" ? known : null)
  }

  leave(poll: number, audience: Audience, form: Form = "whole"): void {
    const watched = this.#watched.get(poll)
    if (!watched) return
    circleOf(watched, audience, form).viewers -= 1
    this.#count(form, -1)
    if (attended(watched).length > 0) return
    clearTimers(watched)
    this.#watched.delete(poll)
  }

  /** Notes that a poll or its votes changed; its viewers get a snapshot soon. */
  changed(poll: number): void {
    const watched = this.#watched.get(poll)
    if (!watched || watched.changedAt !== null) return
    watched.changedAt = performance.now()
    this.#planRound(watched.notBefore)
  }

  /** Notes when a ballot was accepted that the next snapshot of its poll shows (ms, the inbox's clock). */
  accepted(poll: number, since: number): void {
    const watched = this.#watched.get(poll)
    if (watched) watched.acceptedSince = Math.min(since, watched.acceptedSince ?? since)
  }

  /** Notes where the trace of a ballot goes on that the next snapshot of its poll shows. */
  traced(poll: number, traceparent: string): void {
    const heard = this.#watched.get(poll)?.traces.heard
    if (heard && heard.length < MOST_TRACED) heard.push(traceparent)
  }

  /** Reads every watched poll again, as any change may have been missed. */
  changedAll(): void {
    for (const poll of this.#watched.keys()) this.changed(poll)
  }

  /** Notes that whatever changed before this moment (ms of performance.now()) was noted here. */
  missedNothingUntil(moment: number): void {
    for (const [poll, watched] of this.#watched) {
      if (watched.changedAt === null && !this.#reading.has(poll)) this.#know(poll, watched, moment)
    }
  }

  /**
   * Sends everybody the latest snapshot again, so that a viewer can tell a quiet poll from a dead connection. While Postgres
   * can't be read nothing is sent: a page must not call old numbers live.
   */
  repeat(): void {
    if (this.#failing) return
    for (const [number, watched] of this.#watched) if (!watched.isToldOld) this.#sendAgain(number, watched)
  }

  stop(): void {
    clearInterval(this.#repeater)
    clearInterval(this.#looker)
    clearTimeout(this.#timer)
    for (const watched of this.#watched.values()) clearTimers(watched)
    this.#watched.clear()
    this.#viewers = 0
    this.#wholeViewers = 0
  }

  #count(form: Form, viewers: 1 | -1): void {
    this.#viewers += viewers
    if (form === "whole") this.#wholeViewers += viewers
  }

  #watch(tally: Tally): Watched {
    const watched = newWatched(tally)
    this.#watched.set(tally.poll.number, watched)
    this.#awaitNextStep(watched)
    return watched
  }

  /** Plans the next round for the first moment at which a poll that has changed may be read. */
  #schedule(): void {
    const moments = [...this.#watched.values()].flatMap((it) => (it.changedAt === null ? [] : [it.notBefore]))
    // One after the other, as there may be more of them than a call takes arguments.
    this.#planRound(moments.reduce((first, moment) => Math.min(first, moment), Number.POSITIVE_INFINITY))
  }

  /** Has the next round begin at this moment, if it would begin later. During a round nothing is planned, as its end does. */
  #planRound(moment: number): void {
    if (this.#reading.size > 0 || moment >= this.#roundAt) return
    clearTimeout(this.#timer)
    this.#roundAt = moment
    this.#timer = setTimeout(() => void this.#round(), Math.max(0, moment - performance.now()))
  }

  async #round(): Promise<void> {
    this.#roundAt = Number.POSITIVE_INFINITY
    const now = performance.now()
    const due = [...this.#watched]
      .filter(([, it]) => it.changedAt !== null && it.notBefore <= now)
      .sort(([, one], [, other]) => (one.changedAt ?? now) - (other.changedAt ?? now))
      .slice(0, MOST_A_ROUND)
    if (due.length === 0) return this.#schedule()
    const notedAt = new Map(due.map(([poll, it]) => [poll, it.changedAt ?? now]))
    const since = new Map(due.map(([poll, it]) => [poll, it.acceptedSince]))
    const traces = new Map(due.map(([poll, it]) => [poll, it.traces.heard.splice(0)]))
    for (const [, watched] of due) {
      watched.changedAt = null
      watched.acceptedSince = null
    }
    this.#reading = new Set(notedAt.keys())
    try {
      const tallies = await this.#deps.metrics.timed(() => this.#deps.read([...notedAt.keys()]))
      const knows = new Map(tallies.map((tally) => [tally.poll.number, audiencesOf(tally)]))
      const readTo = performance.now()
      for (const tally of tallies) {
        const { number } = tally.poll
        for (const traceparent of traces.get(number) ?? [])
          this.#noteRead(number, { traceparent, notedAt: notedAt.get(number) ?? now, readFrom: now, readTo })
        this.#show(tally, notedAt.get(number) ?? now, since.get(number) ?? null)
      }
      for (const { poll } of tallies) {
        const watched = this.#watched.get(poll.number)
        if (watched) this.#know(poll.number, watched, now)
      }
      for (const poll of notedAt.keys()) {
        const left = AUDIENCES.filter((audience) => !knows.get(poll)?.includes(audience))
        if (left.length > 0) this.#deps.gone(poll, left)
      }
      this.#pace(due, this.#interval())
      this.#failing = false
    } catch (error) {
      this.#failing = true
      this.#deps.failed(error)
      this.#pace(due, RETRY_MS)
      for (const [, watched] of due) watched.changedAt ??= now
      for (const [poll, moment] of since) if (moment !== null) this.accepted(poll, moment)
      for (const [poll, heard] of traces) for (const traceparent of heard) this.traced(poll, traceparent)
    } finally {
      this.#reading = new Set()
      this.#schedule()
    }
  }

  #noteRead(poll: number, trace: ReadTrace): void {
    const read = this.#watched.get(poll)?.traces.read
    if (read && read.length < MOST_TRACED) read.push(trace)
  }

  #pace(polls: [number, Watched][], wait: number): void {
    for (const [, watched] of polls) watched.notBefore = performance.now() + wait
  }

  #interval(): number {
    return Math.max(SHORTEST_INTERVAL_MS, (this.#viewers * 1_000) / this.#deps.deliveriesPerSecond)
  }

  /** Reads the polls of which nothing is known for a while, and tells their viewers when that does not help. */
  #look(): void {
    for (const [poll, watched] of this.#watched) {
      const ageMs = performance.now() - watched.knownAt - this.#interval()
      if (ageMs > ASK_AFTER_MS) this.changed(poll)
      if (ageMs <= OLD_AFTER_MS || watched.isToldOld) continue
      watched.isToldOld = true
      this.#sendAgain(poll, watched)
    }
  }

  #know(poll: number, watched: Watched, moment: number): void {
    watched.knownAt = Math.max(watched.knownAt, moment)
    if (!watched.isToldOld || performance.now() - watched.knownAt > OLD_AFTER_MS) return
    watched.isToldOld = false
    this.#sendAgain(poll, watched)
  }

  #sendAgain(poll: number, watched: Watched): void {
    for (const { audience, form, sent } of attended(watched)) {
      const message = messageFor(watched, audience, form === "numbers" ? sent : null, false)
      this.#deps.publish(topicOf(poll, audience, form), message)
    }
  }

  /** @param since when the first of the ballots was accepted that viewers now see; null if that is not known */
  #show(tally: Tally, notedAt: number, since: number | null): void {
    const watched = this.#watched.get(tally.poll.number)
    if (!watched || isNewer(watched.latest, tally)) return
    watched.latest = tally
    this.#awaitNextStep(watched)
    this.#followOutcome(watched)
    if (this.#tell(watched, notedAt) > 0 && since !== null) this.#deps.metrics.seen(Date.now() - since)
  }

  /**
   * Sends the latest tally to all who may know of it and don't yet; to some of them later, where that is too soon.
   * @returns how many circles were sent it
   */
  #tell(watched: Watched, notedAt: number): number {
    const { latest } = watched
    let told = 0
    const knowing = audiencesOf(latest)
    for (const circle of attended(watched)) {
      const version = versionFor(latest, circle.audience)
      if (!knowing.includes(circle.audience) || (version <= circle.sent && !circle.owedOutcome)) continue
      if (circle.notBefore > performance.now()) this.#tellLater(watched, circle.notBefore)
      else {
        this.#tellCircle(watched, circle, version, notedAt)
        told++
      }
    }
    const { traces } = watched
    if (told > 0 && traces.read.length > 0) this.#deps.seen?.(traces.read.splice(0), latest.poll.id)
    return told
  }

  #tellCircle(watched: Watched, circle: Circle, version: number, notedAt: number): void {
    const { audience, form, viewers } = circle
    const known = form === "numbers" ? circle.sent : null
    const message = messageFor(watched, audience, known, circle.owedOutcome)
    const bytes = Buffer.byteLength(message)
    circle.sent = version
    circle.owedOutcome = false
    if (form === "whole") circle.notBefore = performance.now() + this.#pauseAfter(bytes)
    this.#deps.publish(topicOf(watched.latest.poll.number, audience, form), message)
    this.#deps.metrics.published(viewers, performance.now() - notedAt, bytes)
  }

  #followOutcome(watched: Watched): void {
    watched.outcome ??= this.#outcomes.latest(watched.latest)
    const { poll } = watched.latest
    if (attended(watched).some(({ audience }) => seesCounts(poll, audience)))
      this.#outcomes.changed(watched.latest)
  }

  /** @returns for how long the viewers are sent no other outcome (ms); null where nobody watches any more */
  #showOutcome(shown: ShownOutcome): number | null {
    const watched = this.#watched.get(shown.number)
    if (!watched) return null
    const { outcome } = watched
    if (outcome && outcome.version >= shown.version && outcome.final === shown.final) return 0
    watched.outcome = shown
    for (const circle of attended(watched))
      circle.owedOutcome = seesCounts(watched.latest.poll, circle.audience)
    this.#tell(watched, performance.now())
    const deliveries = this.#viewers * Math.ceil(JSON.stringify(shown).length / DELIVERY_BYTES)
    return (1_000 * deliveries) / this.#deps.deliveriesPerSecond
  }

  #tellLater(watched: Watched, moment: number): void {
    watched.nextTurn ??= setTimeout(() => {
      watched.nextTurn = undefined
      this.#tell(watched, performance.now())
    }, moment - performance.now())
  }

  /** How long nobody gets a whole snapshot after one of so many bytes. */
  #pauseAfter(bytes: number): number {
    const deliveries = this.#wholeViewers * Math.ceil(bytes / DELIVERY_BYTES)
    return 1_000 * Math.max(bytes / WHOLE_BYTES_A_SECOND, deliveries / this.#deps.deliveriesPerSecond)
  }

  #awaitNextStep(watched: Watched): void {
    clearTimeout(watched.nextStep)
    const wait = untilNextStep(watched.latest)
    if (wait === null) return
    const { number } = watched.latest.poll
    watched.nextStep = setTimeout(() => this.changed(number), Math.min(wait + 1, LONGEST_TIMER_MS))
  }
}

function clearTimers({ nextStep, nextTurn }: Watched): void {
  clearTimeout(nextStep)
  clearTimeout(nextTurn)
}

/** Who may know of the poll: only admins may where it is a draft again, or is being deleted. */
function audiencesOf({ poll }: Tally): Audience[] {
  return AUDIENCES.filter((audience) => mayKnow(poll, { admin: audience === "admin", receipt: null }))
}

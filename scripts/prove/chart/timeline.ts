/** What a run came to over time, in slots, gathered from its record line by line. */

import type { Audited, Call, FaultRecord, Healed, RecordLine, Run, Seen } from "../record/record"
import { type FaultKind, faultKind } from "./fault-kinds"
import { Counts, Standing } from "./series"

/** In which a run is divided; the time to heal comes on top, in slots of the same length. */
const SLOTS = 240
/** Shorter slots hold too few answers to say how many came a second. */
const LEAST_SLOT_MS = 500

/** One number a slot, as it was at the slot's end. */
export type SoFar = {
  of: "accepted" | "counted" | "seen"
  /** Which result app's viewers; null for what is not seen. */
  replica: number | null
  values: number[]
}

export type KindOfAnswer = "accepted" | "refused" | "unknown"
export type FaultBar = FaultRecord & { sort: FaultKind }

type Calls = {
  all: number
  /** Answered 201 or 202. */
  accepted: number
  /** Answered 200: the same vote again. */
  again: number
  refused: number
  unknown: number
  /** Voters who were told that their vote in a poll is taken, by whichever ok answer first. */
  voters: number
}

/** What the audit said of all polls together. */
type Books = { lost: number; atLeast: boolean }

export type RunTimeline = {
  run: Run
  slotMs: number
  /** How many slots there are; every series is as long. */
  slots: number
  /** Answers a second. */
  rates: Record<KindOfAnswer, number[]>
  /**
   * Votes so far, one a voter and poll: accepted, counted if Postgres was asked, and seen for each result app that had viewers.
   * So the lines meet when every vote that a voter was told to be accepted is counted and shown.
   */
  soFar: SoFar[]
  faults: FaultBar[]
  calls: Calls
  /** The last that Postgres had counted; null if it was never asked. */
  counted: number | null
  /** Null if no audit was made. */
  books: Books | null
  /** Null in a record that breaks off. */
  healed: Healed | null
}

/**
 * @param lines a record, from its first line on; it is read once and not kept
 * @throws Error when the first line does not tell the run
 */
export async function timelineOf(
  lines: AsyncIterable<RecordLine> | Iterable<RecordLine>,
): Promise<RunTimeline> {
  let gathering: Gathering | null = null
  for await (const line of lines) {
    if (gathering !== null) gathering.add(line)
    else if (line.kind === "run") gathering = new Gathering(line)
    else throw new Error(`The record begins with a line of kind "${line.kind}" instead of "run".`)
  }
  if (gathering === null) throw new Error("The record is empty.")
  return gathering.timeline()
}

class Gathering {
  private readonly slotMs: number
  private end: number
  private readonly answers = { accepted: new Counts(), refused: new Counts(), unknown: new Counts() }
  private readonly voters = new Counts()
  private readonly told = new Map<string, Set<string>>()
  private again = 0
  private readonly counted = new Standing()
  private readonly viewers = new Map<number, Viewers>()
  private readonly faults: FaultBar[] = []
  private books: Books | null = null
  private healed: Healed | null = null

  constructor(private readonly run: Run) {
    this.slotMs = Math.max(LEAST_SLOT_MS, (run.seconds * 1_000) / SLOTS)
    this.end = run.seconds * 1_000
  }

  add(line: RecordLine): void {
    if (line.kind === "call") this.addCall(line)
    else if (line.kind === "seen") this.addSeen(line)
    else if (line.kind === "counted") this.counted.set(this.slotAt(line.at), line.votes)
    else if (line.kind === "fault") this.addFault(line)
    else if (line.kind === "audited") this.addAudited(line)
    else if (line.kind === "healed") {
      this.slotAt(line.at)
      this.healed = line
    }
  }

  timeline(): RunTimeline {
    const slots = Math.max(1, Math.ceil(this.end / this.slotMs - 1e-9))
    const rate = (counts: Counts) => counts.upTo(slots).map((count) => (count * 1_000) / this.slotMs)
    const { accepted, refused, unknown } = this.answers
    return {
      run: this.run,
      slotMs: this.slotMs,
      slots,
      rates: { accepted: rate(accepted), refused: rate(refused), unknown: rate(unknown) },
      soFar: this.soFar(slots),
      faults: this.faults.toSorted((a, b) => a.from - b.from),
      calls: {
        all: accepted.sum + this.again + refused.sum + unknown.sum,
        accepted: accepted.sum,
        again: this.again,
        refused: refused.sum,
        unknown: unknown.sum,
        voters: this.voters.sum,
      },
      counted: this.counted.last,
      books: this.books,
      healed: this.healed,
    }
  }

  private soFar(slots: number): SoFar[] {
    const accepted: SoFar = { of: "accepted", replica: null, values: this.voters.soFar(slots) }
    const counted: SoFar = { of: "counted", replica: null, values: this.counted.upTo(slots) }
    const seen = [...this.viewers]
      .sort(([a], [b]) => a - b)
      .map(([replica, { sums }]): SoFar => ({ of: "seen", replica, values: sums.upTo(slots) }))
    return [accepted, ...(this.counted.last === null ? [] : [counted]), ...seen]
  }

  private addCall({ outcome, status, poll, voter, answered }: Call): void {
    const slot = this.slotAt(answered)
    if (outcome !== "ok") {
      this.answers[outcome].add(slot)
      return
    }
    if (status === 201 || status === 202) this.answers.accepted.add(slot)
    else this.again++
    const told = this.told.get(poll) ?? new Set()
    this.told.set(poll, told)
    if (!told.has(voter)) this.voters.add(slot)
    told.add(voter)
  }

  private addSeen(seen: Seen): void {
    const viewers = this.viewers.get(seen.replica) ?? new Viewers()
    this.viewers.set(seen.replica, viewers)
    viewers.add(this.slotAt(seen.at), seen)
  }

  private addFault(fault: FaultRecord): void {
    this.slotAt(fault.to)
    this.faults.push({ ...fault, sort: faultKind(fault) })
  }

  private addAudited({ lost, lostAtLeast }: Audited): void {
    const before = this.books ?? { lost: 0, atLeast: false }
    this.books = { lost: before.lost + lost, atLeast: before.atLeast || lostAtLeast }
  }

  private slotAt(ms: number): number {
    this.end = Math.max(this.end, ms)
    return Math.floor(ms / this.slotMs)
  }
}

/** What the viewers of one result app have seen: the newest total of each poll. */
class Viewers {
  readonly sums = new Standing()
  private readonly newest = new Map<string, Seen>()
  private sum = 0

  add(slot: number, seen: Seen): void {
    const key = `${seen.poll} ${seen.number}`
    const before = this.newest.get(key)
    if (before !== undefined && before.version > seen.version) return
    this.newest.set(key, seen)
    this.sum += seen.total - (before?.total ?? 0)
    this.sums.set(slot, this.sum)
  }
}

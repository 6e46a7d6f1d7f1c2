/**
 * The record of a run: what was asked of the system, what it answered, what was done to it and what viewers saw. One JSON value a
 * line, in the order in which they became known. It is all that the checker and the chart know of a run, beside Postgres.
 *
 * All times are milliseconds since the start of the run by the one monotonic clock of the prover.
 */

import type { DecisionAsked } from "./decided"
import type { BallotKind } from "./said"

export const INBOXES = ["redis", "redis-cluster", "nats", "rabbitmq"] as const
export type Inbox = (typeof INBOXES)[number]

/** Whether Redis holds the ballots, and no broker. */
export const isOnRedis = (inbox: Inbox): boolean => inbox === "redis" || inbox === "redis-cluster"

export type Policy = "final" | "changeable"

/** The first line. */
export type Run = {
  kind: "run"
  /** From which the whole plan of faults is made. */
  seed: number
  inbox: Inbox
  /** How long faults and votes go on; the system then has time to heal. */
  seconds: number
  /** Votes a second that were asked for. */
  rate: number
  /** The worst harm that was asked for, and the faults, where not all were. */
  harm: Harm
  only: string[] | null
  /** How Redis was said to sync. */
  fsync: "always" | "everysec"
  /** How many servers held the ballots, where that was a broker. */
  nodes: 1 | 3
  /** Whether the stores had servers that take the place of one that dies for good. */
  failover: boolean
  shards: number
  /** When the run began, by the prover's wall clock (ISO 8601). It is for readers; nothing is computed from it. */
  startedAt: string
}

/** What is asked for where nothing else is. */
export const USUAL = { rate: 150, fsync: "always", nodes: 1, failover: false } as const

/** Whether votes wait for other servers than the one that takes them, so that no fault may lose what was answered. */
export const keepsAll = ({ inbox, failover }: Pick<Run, "inbox" | "failover">): boolean =>
  failover || inbox === "redis-cluster"

/** The worst harm where nothing is said of it. */
export const usualHarm = (run: Pick<Run, "inbox" | "failover">): Harm => (keepsAll(run) ? "none" : "unseen")

/** A poll as a host made it. All polls are by `browser` eligibility, with live results. */
export type PollMade = {
  kind: "poll"
  poll: string
  policy: Policy
  options: string[]
  ballot: BallotKind
  /** Null where nothing but the most votes was asked for. */
  decision: DecisionAsked | null
  at: number
}

/** What a host asked of a poll, and when the answer came. */
export type PollAsked = {
  kind: "poll-asked"
  poll: string
  to: "open" | "paused" | "closed" | "deleted"
  invoked: number
  answered: number
  outcome: Outcome
}

/** `unknown`: no answer came, or one that says that the vote is perhaps taken. What was asked then happened once or not at all. */
export type Outcome = "ok" | "refused" | "unknown"

/**
 * One request of a voter. A voter sends one request after another, and sends the same choice again as long as its outcome is
 * unknown or it was refused for the moment; requests with the same `ballot` are such repetitions.
 */
export type Call = {
  kind: "call"
  /** The choice that this request asks for: one number a choice of a voter. */
  ballot: number
  poll: string
  /** The UUID that the client sent as `Idempotency-Key`. */
  voter: string
  /** What the ballot says (`saidBy`): of one option its id. */
  option: string
  /** The header `Replaces`: a receipt, "none", or null where it was not sent. */
  replaces: string | null
  /** Which vote app was asked, from 1 on. */
  replica: number
  invoked: number
  answered: number
  outcome: Outcome
  /** The HTTP status; null where no answer came. */
  status: number | null
  /** The last part of the problem's type, such as "poll-closed"; null where there is none. */
  problem: string | null
  /** Of an ok answer; null with any other. */
  receipt: string | null
  /** What stands by the answer, as `option` has it: of a 200, 201 or 202 the own choice, of a 409 the one that it names. */
  stands: string | null
}

/**
 * What a fault may do to ballots that were accepted. `none`: nothing. `books`: lose some, which the books must then name. `unseen`: lose
 * also some of which no worker knew yet, as a file without its end does; of these the books name those that vote lived on to tell of.
 */
export type Harm = "none" | "books" | "unseen"

export type FaultRecord = {
  kind: "fault"
  /** Such as "kill" or "cut". */
  name: string
  /** What it is done to: "redis", "worker 1", "worker 1 → redis". */
  target: string
  from: number
  to: number
  harm: Harm
  /** A line for people: what exactly was done. */
  note: string
}

/** A snapshot that a viewer got over the WebSocket of a result app. */
export type Seen = {
  kind: "seen"
  /** Which result app, from 1 on. */
  replica: number
  /** Grows with each connection of a viewer; snapshots of one connection come in order. */
  connection: number
  at: number
  poll: string
  /** Sets a later poll of the same id apart. */
  number: number
  version: number
  state: string
  /** The ballots that count, and those of them that choose nothing; null where that is not told. */
  total: number
  abstained: number | null
  votes: Counts
}

/**
 * How many ballots choose each option, rank it first, rate it, or say yes to it; and where ballots say more of an option than that, how
 * many say what of it (`countName`).
 */
export type Counts = Record<string, number>

/** What a poll has decided, as the product says it: a document (docs/api.md), in which the checker looks for what it knows itself. */
export type Told = Record<string, unknown>

/** What rankings decide, as a viewer got it beside a snapshot. What a viewer got before on the same connection is not said again. */
export type OutcomeSeen = {
  kind: "outcome"
  replica: number
  connection: number
  at: number
  poll: string
  number: number
  /** That of the snapshot from whose counts it follows. */
  version: number
  /** Whether it stands for good. */
  final: boolean
  outcome: Told
}

/** How much Postgres had counted; the chart draws it. */
export type Counted = { kind: "counted"; at: number; votes: number }

/** What a process of the system held. */
export type Held = {
  kind: "held"
  at: number
  /** Such as "vote 1"; a process that was started anew keeps its name. */
  process: string
  pid: number
  residentBytes: number
  sockets: number
}

/** What the receipts' page said after the run of a receipt that a voter got. */
export type ReceiptSaid = { kind: "receipt"; poll: string; receipt: string; status: string }

/** What the API of a result app said of a final poll after the run. */
export type ResultsSaid = {
  kind: "results"
  poll: string
  /** Which result app, from 1 on. */
  replica: number
  total: number
  abstained: number | null
  votes: Counts
  /** Of rankings what stands for good; null where nothing but the votes is told. */
  outcome: Told | null
}

/** What `bun run audit` said of a poll after the run. */
export type Audited = {
  kind: "audited"
  poll: string
  accepted: number
  counted: number
  replaced: number
  late: number
  pending: number
  lost: number
  lostAtLeast: boolean
  faults: string[]
}

/** The last line: the system has healed and nothing waits any more; or why it did not come to that. */
export type Healed = { kind: "healed"; at: number; fault: string | null }

export type RecordLine =
  | Run
  | PollMade
  | PollAsked
  | Call
  | FaultRecord
  | Seen
  | OutcomeSeen
  | Counted
  | Held
  | ReceiptSaid
  | ResultsSaid
  | Audited
  | Healed

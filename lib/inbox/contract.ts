/**
 * The inbox between vote and worker: append a ballot, read a shard after a position, release up to a position. Voters are
 * spread over its shards, each of which keeps its ballots in order. `tests/inbox/contract.ts` asks every inbox for all this.
 */

import type { Ballot, Position } from "../ballots/ballot"
import { type Asked, limitsOf, saysOneOption } from "../ballots/choice"
import type { StoreName } from "../health"
import type { Poll } from "../polls/poll"

/** What the inbox decided. Only `accepted` and `received` added a ballot. */
export type AppendAnswer =
  | { kind: "accepted"; position: Position }
  /** The ballot is kept, but only counting it will tell whether its voter had voted before. */
  | { kind: "received"; position: Position }
  /** The same voter chose the same option before: its first answer again. */
  | { kind: "same"; position: Position }
  /** Another option of this voter stands, and the poll's policy is final. */
  | { kind: "stands"; option: string; position: Position }
  /** A vote of this voter stands that is newer than the one that the ballot was to replace. */
  | { kind: "changed"; option: string; position: Position }
  /** The voter has changed the vote so recently that it can't be changed again before this time is over. */
  | { kind: "too-soon"; waitMs: number }
  /** The same two of a vote that somebody else cast with this code, or from this network: nothing is told of it. */
  | { kind: "voted" | "newer" }
  /** The poll's terms are others than those under which the voter was let in: read the poll anew and decide again. */
  | { kind: "stale" }
  | { kind: "poll-unknown" | "option-unknown" | "not-open" | "paused" | "closed" | "full" }

/** A ballot to be appended, with the terms under which its voter was let in. */
export type NewBallot = {
  shard: number
  pollId: string
  voter: string
  option: string
  terms: string
  /**
   * The vote that it is to replace, where votes may be changed: the last one that its voter knew of, and null for none. A ballot that
   * comes after a newer one of its voter so changes nothing. Undefined: whichever vote stands.
   */
  replaces?: Position | null | undefined
  /**
   * Who casts it, where a code or a network is the voter: only who comes as the same owner again is told what stands, and gets
   * the first answer again. Undefined where the voter is the browser itself.
   */
  owner?: string | undefined
  /** Whether its client has hung up, so that nobody would learn of the answer. */
  isAbandoned?: (() => boolean) | undefined
  /** Of a ballot that is traced, the span that goes on with it. It travels beside the entry: a loss loses a trace and no ballot. */
  traceparent?: string
}

/** The same with the poll as it was read then, for an inbox that can't look it up itself. */
export type NewBallotWithPoll = NewBallot & {
  poll: Poll
  /** When Redis was asked for the poll, by `elapsedNow`; only what a broker's inbox goes by. */
  pollAskedAt: number
}

/** Whose vote of which poll, and where the inbox keeps it. */
export type VoterPlace = Pick<NewBallotWithPoll, "shard" | "poll" | "voter" | "owner">

/** A vote that stands, as the inbox has it. */
export type StandingVote = { option: string; position: Position }

/** What of a poll its terms depend on. */
type WithTerms = Pick<Poll, "number" | "eligibility" | "words"> & Asked

/**
 * What letting somebody in, and what their choice meant, depended on. The inbox refuses a ballot under other terms than it
 * knows. Words that never changed are left out, as in an earlier version.
 */
export function termsOf(poll: WithTerms): string {
  const { number, eligibility, words } = poll
  const form = ballotFormOf(poll)
  if (form !== "") return `${number} ${eligibility} ${words} ${form}`
  return words === 0 ? `${number} ${eligibility}` : `${number} ${eligibility} ${words}`
}

/** 48 bits tell the few forms apart that one poll ever has. */
const FORM_CHARACTERS = 8

/**
 * What the text of a ballot means: a digest of the ballot's method, its limits and the options. So the inbox, which knows the same of
 * the poll, need not read the text. Empty where the text is an option's id, which the inbox finds among the options.
 */
export function ballotFormOf(poll: Asked): string {
  if (saysOneOption(poll)) return ""
  const { ballot } = poll
  const { min, max } = limitsOf(poll)
  const scale = ballot.method === "rate" ? [ballot.highest] : []
  const ids = poll.options.map(({ id }) => id).sort()
  const text = JSON.stringify([ballot.method, min, max, ballot.abstain, ...scale, ...ids])
  return new Bun.CryptoHasher("sha256").update(text).digest("base64url").slice(0, FORM_CHARACTERS)
}

/** An entry as it was found in a shard. */
export type Entry = {
  position: Position
  /** What was written there, byte for byte where it is a text: it is kept where the entry is not counted. */
  raw: string
  /** Null when it can't be decoded, or is a stop marker. */
  ballot: Ballot | null
  /** By what the ballot's receipt names it, where that is not its position. */
  ballotId?: Position
  /**
   * Where the order of entries alone does not tell a voter's newer ballot from an older one that comes late, or again: the moment
   * (ms, Redis's clock) up to which the voter's votes were known when the ballot was filled in, or written.
   */
  knew?: number
  /** An end-of-poll marker: before it stands all that was accepted of this poll (its number) before this stop of it. */
  stopMarker?: { poll: number; stop: number }
  /** What its writer shows to prove that it is a worker, where it shows anything: for who can tell whether it is one. */
  proof?: string
  /** Of a ballot that is traced, where its trace goes on. */
  traceparent?: string
}

/**
 * What a client waits at most before it is told to try again, beside the time that the way from vote to the store and back takes. With
 * the way to vote this stays below 200 ms where the store is near.
 */
export const ANSWER_TIMEOUT_MS = 150

/** The vote app's side. Any number of processes append at the same time. */
export interface Appender {
  /**
   * Appends a ballot to its shard, or tells why not. What was accepted or received is durable once this has returned: it
   * outlives a crash, if the store is set up to sync what it confirms, and the worker reads it at least once. It answers within about
   * `ANSWER_TIMEOUT_MS` and the time of the way there and back, and queues nothing while the store is away.
   * @throws {InboxAway} when it is not known whether the ballot was taken. It may be taken all the same, and the same ballot
   * may be sent again: it counts once.
   * @throws {ClientGone} when the client has hung up before the ballot was sent to the store. Nothing else is thrown.
   */
  append(ballot: NewBallotWithPoll): Promise<AppendAnswer>
  /**
   * A voter's vote that stands, as durable as one that was accepted; null when there is none, when another owner cast it, or when this
   * inbox doesn't know before it is counted.
   * @throws {InboxAway} when it can't be asked, or when a vote stands that is not durable yet
   */
  standing(place: VoterPlace): Promise<StandingVote | null>
}

/** The worker's side, for one shard. Only the holder of the shard's lease reads it. */
export interface Reader {
  /**
   * At most `count` entries after `after`, waiting up to `waitMs` (0: not at all) for the first. They come in the order in
   * which they were accepted, with none left out and with growing positions; a second ballot of a voter comes after the
   * first. The same may be read again, from any position that was not released.
   * @throws whatever went wrong: the worker reads again from where it was
   */
  read(after: Position, count: number, waitMs: number): Promise<Entry[]>
  /** Postgres has all entries up to and including `upTo`: the inbox may forget them. Repeating it changes nothing. */
  release(upTo: Position): Promise<void>
}

/** How Redis begins an answer when its memory, or its disk, has no room. */
const FULL = /^(OOM|MISCONF) /

/**
 * Nobody knows whether a ballot was taken, or what the inbox holds; the same may be asked again. The message says which of
 * these it is: there is no connection to a store; a store did not answer in time, or with an error; no worker has opened
 * the shard since the store came back; what the store holds can't be read; the stream is gone.
 */
export class InboxAway extends Error {
  override readonly name = "InboxAway"
  /** Whether a ballot may be taken: it was sent to the store, and no answer came. */
  readonly perhaps: boolean
  /** Whether the store said that it has no room. */
  readonly isFull: boolean

  constructor(message: string, { cause, perhaps = false }: { cause?: unknown; perhaps?: boolean } = {}) {
    super(message, { cause })
    this.perhaps = perhaps
    this.isFull = FULL.test(cause instanceof Error ? cause.message : "")
  }
}

/** The client of a ballot has hung up, so that the ballot was not taken: it may be one that its voter has given up since. */
export class ClientGone extends Error {
  override readonly name = "ClientGone"

  constructor() {
    super("the client has hung up")
  }
}

/** How Redis begins an answer that refuses a command, or a whole script, before anything of it was written; and what that means. */
const REFUSALS: Record<string, string> = {
  READONLY: "it is a read-only replica",
  OOM: "its memory is full",
  MISCONF: "it can't write to its disk",
  NOREPLICAS: "too few replicas follow it",
  NOPERM: "its user lacks a right",
  NOAUTH: "it asks for a password",
  LOADING: "it is still loading its data",
  MASTERDOWN: "it is a replica without its primary",
  BUSY: "a script keeps it busy",
  MOVED:
    "another node of its cluster has this shard; add ?cluster=true to an address that names but one node",
  ASK: "this shard is on its way to another node of the cluster",
  TRYAGAIN: "this shard is on its way to another node of the cluster",
  CLUSTERDOWN: "its cluster has no master for this shard",
}
const REFUSAL = new RegExp(`^(${Object.keys(REFUSALS).join("|")})(?= )`)
/** As much of an answer as is quoted. */
const QUOTED = 160

/** How a store refuses by this error, in words that name it; null when that is no refusal. */
export function refusalBy(store: StoreName, cause: unknown): string | null {
  const code = REFUSAL.exec(cause instanceof Error ? cause.message : "")?.[0] ?? ""
  if (!(code in REFUSALS)) return null
  const why = code === "NOPERM" ? missingRight((cause as Error).message) : REFUSALS[code]
  return `${store} refuses: ${code} (${why})`
}

/** What a user may not do, by Redis's own words; never the user's name. */
function missingRight(answer: string): string {
  const command = /'([a-z|_-]+)' (?:sub)?command/i.exec(answer)?.[1]
  if (command === "eval") return "no worker of this version has loaded the scripts that its user may run"
  if (command) return `its user may not give the command ${command}`
  return /\bkeys?\b/.test(answer) ? "its user may not use the inbox's keys, ~{s*}:*" : `${REFUSALS.NOPERM}`
}

/**
 * What asking this store ended with: an error that says already why stays as it is, a refusal is named, another error that it
 * answered is quoted, and any other is no answer.
 * @param perhaps whether the ballot may be taken all the same, if it was not refused
 */
export function asInboxAway(store: StoreName, cause: unknown, { perhaps = false } = {}): InboxAway {
  if (cause instanceof InboxAway) return cause
  const refusal = refusalBy(store, cause)
  if (refusal !== null) return new InboxAway(refusal, { cause })
  if (cause instanceof Error && cause.name === "ReplyError")
    return new InboxAway(`${store} answers: ${cause.message.slice(0, QUOTED)}`, { cause, perhaps })
  return new InboxAway(`${store} did not answer`, { cause, perhaps })
}

/**
 * A stream in the place of Redis's streams: what a broker must be able to do to hold the inbox. Polls stay in Redis; the
 * ballots go through the broker. Each shard has a stream of its own, which a worker makes and names; another is made when
 * the broker comes back without it.
 */

import type { Position } from "../../ballots/ballot"
import type { StoreHealth } from "../../health"
import type { AppendAnswer, Entry, NewBallotWithPoll, StandingVote, VoterPlace } from "../contract"

/** How old the poll may be by which vote takes a ballot for a stream: the stream itself knows no polls. */
export const POLL_READING_USABLE_MS = 2_000

/** The vote app's side of a broker. */
export interface Publisher extends StoreHealth {
  /** When the connection came about that there is now (by `performance.now()`). */
  connectedAt(): number
  /**
   * Writes a ballot of a poll that takes it, unless the broker itself knows that its voter has voted.
   * @param stream the shard's stream, as the worker named it
   * @throws {InboxAway} when it is not known whether the ballot was taken; the same ballot may be sent again
   */
  append(stream: string, ballot: NewBallotWithPoll): Promise<AppendAnswer>
  /** A voter's vote that stands; null when there is none, or the broker can't know. */
  standing(stream: string, place: VoterPlace): Promise<StandingVote | null>
  close(): Promise<void>
}

/** Reads one stream. Positions count the stream's own entries in `seq`, and in `ms` the latest moment of casting so far. */
export interface StreamReader {
  /** At most `count` entries after `after`, waiting up to about `waitMs` for the first. */
  read(after: Position, count: number, waitMs: number): Promise<Entry[]>
  close(): Promise<void>
}

/** The worker's side of a broker. */
export interface BrokerAdmin extends StoreHealth {
  readonly kind: "nats" | "rabbitmq"
  /** When the connection came about that there is now (by `performance.now()`). */
  connectedAt(): number
  /** Whether this broker keeps a voter's second ballot out, and so must be told the voters again when it is new. */
  readonly refusesSecondVotes: boolean
  create(stream: string): Promise<void>
  /** How many entries the stream has ever had, as far as the broker tells; null when there is no such stream. */
  length(stream: string): Promise<number | null>
  /**
   * Whether the stream, as far as it reaches back, still has at `seq` the entry that `isIt` knows by its text. It has not
   * when the broker lost its end, even if others stand there now.
   */
  stillHas(stream: string, seq: number, isIt: (text: string) => boolean): Promise<boolean>
  /** Appends entries as they are, in order, and returns when the broker has them. */
  append(stream: string, entries: readonly StreamEntry[]): Promise<void>
  reader(stream: string): StreamReader
  /** Forgets the ballots of a poll that can take no more. */
  forgetPoll(stream: string, poll: number): Promise<void>
  close(): Promise<void>
}

/** An entry to be written: its text, and whose ballot it is if it is one. */
export type StreamEntry = { text: string; ballot?: { poll: number; voter: string } }

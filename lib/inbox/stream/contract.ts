/**
 * A log in the place of Redis's streams: what a broker must be able to do to hold the inbox. Polls stay in Redis; the
 * ballots go through the broker. Each shard has a log of its own, which a worker makes and names; another is made when
 * the broker comes back without it.
 */

import type { Position } from "../../ballots"
import type { Answer, Entry, PollCast, StandingVote, VoterPlace } from "../contract"

/** How old the poll may be by which vote takes a ballot for a log: the log itself knows no polls. */
export const LOG_READING_USABLE_MS = 2_000

/** The vote app's side of a broker. */
export interface Publisher {
  /** Why nothing can be published now; null when it can. */
  trouble(): string | null
  /** When the connection came about that there is now (by `performance.now()`). */
  connectedAt(): number
  /**
   * Writes a ballot of a poll that takes it, unless the broker itself knows that its voter has voted.
   * @param log the shard's log, as the worker named it
   * @throws {InboxAway} when it is not known whether the ballot was taken; the same ballot may be sent again
   */
  cast(log: string, cast: PollCast): Promise<Answer>
  /** A voter's vote that stands; null when there is none, or the broker can't know. */
  standing(log: string, place: VoterPlace): Promise<StandingVote | null>
  close(): Promise<void>
}

/** Reads one log. Positions count the log's own entries in `seq`, and in `ms` the latest moment of casting so far. */
export interface LogReader {
  /** At most `count` entries after `after`, waiting up to about `waitMs` for the first. */
  read(after: Position, count: number, waitMs: number): Promise<Entry[]>
  close(): Promise<void>
}

/** The worker's side of a broker. */
export interface Keeper {
  readonly kind: "nats" | "rabbitmq"
  trouble(): string | null
  /** When the connection came about that there is now (by `performance.now()`). */
  connectedAt(): number
  /** Whether this broker keeps a voter's second ballot out, and so must be told the voters again when it is new. */
  readonly refusesSecondVotes: boolean
  create(log: string): Promise<void>
  /** How many entries the log has ever had, as far as the broker tells; null when there is no such log. */
  length(log: string): Promise<number | null>
  /**
   * Whether the log, as far as it reaches back, still has at `seq` the entry that `isIt` knows by its text. It has not
   * when the broker lost its end, even if others stand there now.
   */
  stillHas(log: string, seq: number, isIt: (text: string) => boolean): Promise<boolean>
  /** Appends entries as they are, in order, and returns when the broker has them. */
  append(log: string, entries: readonly LogEntry[]): Promise<void>
  reader(log: string): LogReader
  /** Forgets the ballots of a poll that can take no more. */
  forgetPoll(log: string, poll: number): Promise<void>
  close(): Promise<void>
}

/** An entry to be written: its text, and whose ballot it is if it is one. */
export type LogEntry = { text: string; ballot?: { poll: number; voter: string } }

/**
 * What a broker must do to hold the ballots, in the place of Redis's streams. The polls stay in Redis. Each shard has a
 * stream of its own, which a worker makes and names; it makes another when the broker comes back without it.
 * Durable means here: it outlives a crash of the broker's machine, if the broker is set up as docs/inboxes.md says.
 *
 * A further broker is a folder beside this one with a `Publisher` and a `BrokerAdmin`, its kind in `brokers.ts`, and a file
 * in `tests/inbox` that calls `inboxContract`.
 */

import type { Position } from "../../ballots/ballot"
import type { StoreHealth } from "../../health"
import type { AppendAnswer, Entry, NewBallotWithPoll, StandingVote, VoterPlace } from "../contract"

/**
 * How old the readings of poll and shard may be when a ballot for a stream is answered, counted from when Redis was asked for
 * them: the stream itself knows no polls. So what was answered stands in the stream no later than this after the moment when
 * Redis last told vote that the poll was open.
 */
export const READING_USABLE_MS = 2_000

/** A connection that comes back by itself. While it is lost nothing is queued: what needs it is refused at once. */
interface BrokerConnection extends StoreHealth {
  /** When the connection was made that there is now, by `performance.now()`; another one after each loss. */
  connectedAt(): number
  close(): Promise<void>
}

/** The vote app's side of a broker. */
export interface Publisher extends BrokerConnection {
  /**
   * Appends a ballot of a poll that takes it, unless the broker itself knows that its voter has voted. `accepted` and
   * `received` mean that the ballot is durable, and that it stands in the stream after whatever was answered before.
   * @param stream the shard's stream, as the worker named it
   * @param now the moment by Redis's clock, which all vote apps share: the ballot's id begins with it
   * @param changeAfterMs after which a voter may change a vote again, as far as the broker knows of votes
   * @throws {InboxAway} when it is not known whether the ballot was taken, at the latest after about `ANSWER_TIMEOUT_MS`
   * and the way there and back, or
   * when there is no such stream. The same ballot may be sent again: written twice, it is counted once.
   */
  append(stream: string, ballot: NewBallotWithPoll, now: number, changeAfterMs: number): Promise<AppendAnswer>
  /**
   * A voter's vote that stands; null when there is none, when another owner cast it, or when the broker can't know.
   * @param settled up to which `seq` the worker has counted the stream, and forgotten what is no vote
   * @throws {InboxAway} when the broker did not answer; or when what stands came after the marker of its poll's end and is not
   * settled, so that nobody knows whether it will count
   */
  standing(stream: string, place: VoterPlace, settled: number): Promise<StandingVote | null>
}

/**
 * Reads one stream. `seq` of a position counts the stream's entries from 1, and `ms` is the latest moment of voting so far,
 * so that positions grow although the clocks of vote apps differ.
 */
export interface StreamReader {
  /**
   * At most `count` entries after `after`, waiting up to about `waitMs` for the first: in the order of the stream, with none
   * left out but those of polls that were forgotten. A broker may take longer to be sure that nothing is there. Any
   * position may be read from again.
   * @throws whatever went wrong; the next reading begins anew
   */
  read(after: Position, count: number, waitMs: number): Promise<Entry[]>
  close(): Promise<void>
}

/**
 * The worker's side of a broker. Only the holder of a shard's lease works with its stream. Whatever is thrown here, the
 * worker tries again later; what can't be asked because the broker is away or silent is an InboxAway.
 */
export interface BrokerAdmin extends BrokerConnection {
  readonly kind: "nats" | "rabbitmq"
  /** Whether this broker refuses a voter's second ballot, and so must be told the voters again when its stream is new. */
  readonly refusesSecondVotes: boolean
  /**
   * Makes a stream of this name, which was never used before, with one entry (`FIRST_ENTRY`) that no ballot is: should it be missing
   * one day, the stream was emptied. Once this has returned the stream itself is durable.
   */
  create(stream: string): Promise<void>
  /**
   * Gives a stream that an earlier version made the limits of today, as far as the broker changes them.
   * @returns whether it had others
   */
  renewLimits(stream: string): Promise<boolean>
  /** Removes a stream, if there is one of this name, and all that stands in it. */
  remove(stream: string): Promise<void>
  /**
   * How long the stream is; null when there is no such stream. Where `refusesSecondVotes` the length is exactly the `seq` of the last
   * entry that it ever had, else as much as the broker tells, which may be some seconds old. `wasEmptied` is whether somebody
   * has removed its first entries.
   */
  look(stream: string): Promise<StreamLook | null>
  /**
   * Whether the stream, as far as it reaches back, still has at `seq` the entry that `isIt` knows by its text. It has not
   * when the broker lost its end, even if others stand there now.
   */
  stillHas(stream: string, seq: number, isIt: (text: string) => boolean): Promise<boolean>
  /**
   * Appends entries as they are, and returns once they are durable. Where `refusesSecondVotes`, a ballot that stands there
   * already is not written again, so that the whole may be repeated.
   */
  append(stream: string, entries: readonly StreamEntry[]): Promise<void>
  reader(stream: string): StreamReader
  /** Forgets ballots that were not counted, where the broker remembers voters by them. */
  forgetBallots(stream: string, ballots: readonly Position[]): Promise<void>
  /** Forgets the ballots of a poll that can take no more, where the broker can. Positions of others stay as they are. */
  forgetPoll(stream: string, poll: number): Promise<void>
}

export type StreamLook = { length: number; wasEmptied: boolean }

/** What stands in a stream before all ballots. */
export const FIRST_ENTRY = "tallyroom"

/** By what name a message shows that a worker wrote it. Workers of earlier versions read over it. */
export const PROOF = "proof"

/** An entry to be written: its text, and whose ballot it is, or which stop it marks, if it is one, with the proof that it shows. */
export type StreamEntry = {
  text: string
  ballot?: { poll: number; voter: string }
  stop?: NonNullable<Entry["stopMarker"]>
  proof?: string
}

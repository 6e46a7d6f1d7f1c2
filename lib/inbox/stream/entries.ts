/** What stands in a stream: ballots with the id that vote gave them, and the markers by which a worker stops polls. */

import { randomInt } from "node:crypto"
import { type Ballot, decodeBallot, encodeBallot, type Position, parsePosition } from "../../ballots/ballot"
import { keyed } from "../../ballots/keyed"
import type { Entry, NewBallotWithPoll, StandingVote, VoterPlace } from "../contract"

/** The year 33658, which no clock gives: what is later was forged, and would carry the positions of its shard beyond exact numbers. */
const LATEST_MS = 10 ** 15
/** Greater than every `seq` of a position in Redis, so that a receipt tells whether it names such a position or a ballot id. */
export const BALLOT_ID_BASE = 2 ** 30

/**
 * The id by which a ballot in a stream is found again: its moment, and 30 bits that are the same for the same voter, option and
 * owner. Its position would not do: a broker does not tell it, or not when the same ballot comes again.
 * @param after the voter's standing ballot, which this one replaces and so must follow
 */
export function newBallotId(ballot: NewBallotWithPoll, now: number, after?: Position): Position {
  const bits = markOf(ballot, ballot.option) ?? randomInt(BALLOT_ID_BASE)
  return { ms: Math.max(Math.floor(now), (after?.ms ?? 0) + 1), seq: BALLOT_ID_BASE + bits }
}

/** Whether this owner cast the vote that stands, as the id of its ballot tells. */
export function ownsVote(place: VoterPlace, { option, position }: StandingVote): boolean {
  if (place.poll.eligibility === "browser") return true
  const mark = markOf(place, option)
  return mark !== null && position.seq === BALLOT_ID_BASE + mark
}

/** Null for a ballot that is nobody's. */
function markOf({ poll, voter, owner }: VoterPlace, option: string): number | null {
  if (poll.eligibility !== "browser" && owner === undefined) return null
  const text = `mark ${voter} ${option}${owner === undefined ? "" : ` ${owner}`}`
  return keyed(poll.salt, text, 4).readUInt32BE(0) % BALLOT_ID_BASE
}

/** `<poll number> <voter> <option> <ms>-<seq>` */
export function encodeBallotEntry(ballot: Ballot, ballotId: Position): string {
  return `${encodeBallot(ballot)} ${ballotId.ms}-${ballotId.seq}`
}

/** `closing <poll number> <stop>`: behind it the stream holds no ballot that vote answered with success before this stop of the poll. */
export function encodeStopMarker({ poll, stop }: NonNullable<Entry["stopMarker"]>): string {
  return `closing ${poll} ${stop}`
}

/** Before polls could be paused each stopped only once, and its marker named no stop: that is stop 0. */
const STOPPED = /^closing ([1-9]\d{0,9})(?: (\d{1,9}))?$/

/** Decodes the text at `seq` of a stream. The `ms` of its position is never less than that of the entry before it. */
export function decodeEntry(text: string, seq: number, after: Position): Entry {
  const marker = STOPPED.exec(text)
  if (marker) {
    const stopMarker = { poll: Number(marker[1]), stop: Number(marker[2] ?? 0) }
    return { position: { ms: after.ms, seq }, raw: text, ballot: null, stopMarker }
  }
  const end = text.lastIndexOf(" ")
  const ballot = decodeBallot(text.slice(0, end))
  const ballotId = parsePosition(text.slice(end + 1))
  if (!ballot || !ballotId || !isBallotId(ballotId)) {
    return { position: { ms: after.ms, seq }, raw: text, ballot: null }
  }
  return { position: { ms: Math.max(after.ms, ballotId.ms), seq }, raw: text, ballot, ballotId }
}

function isBallotId({ ms, seq }: Position): boolean {
  return ms < LATEST_MS && seq >= BALLOT_ID_BASE && seq < 2 * BALLOT_ID_BASE
}

/** What stands in a stream: ballots with the id that vote gave them, and the markers by which a worker stops polls. */

import { type Ballot, decodeBallot, encodeBallot, type Position, parsePosition } from "../../ballots/ballot"
import { keyed } from "../../ballots/keyed"
import type { Entry, NewBallotWithPoll } from "../contract"

/** Ids of ballots lie above every count that Redis gives its entries, so that a receipt tells which of the two it holds. */
export const BALLOT_ID_BASE = 2 ** 30

/**
 * The id by which a ballot in a stream is found again: its moment, and 30 bits that are the same for the same voter and
 * option. A broker tells no position, or one that nothing says later.
 * @param after the voter's standing ballot, which this one replaces and so must follow
 */
export function newBallotId(
  { poll, voter, option }: NewBallotWithPoll,
  now: number,
  after?: Position,
): Position {
  const bits = keyed(poll.salt, `mark ${voter} ${option}`, 4).readUInt32BE(0) % BALLOT_ID_BASE
  return { ms: Math.max(now, (after?.ms ?? 0) + 1), seq: BALLOT_ID_BASE + bits }
}

/** `<poll number> <voter> <option> <ms>-<seq>` */
export function encodeBallotEntry(ballot: Ballot, ballotId: Position): string {
  return `${encodeBallot(ballot)} ${ballotId.ms}-${ballotId.seq}`
}

/** `closing <poll number> <stop>`: after it the stream holds no ballot that vote accepted for this poll before this stop. */
export function encodeStopMarker({ poll, stop }: NonNullable<Entry["stopMarker"]>): string {
  return `closing ${poll} ${stop}`
}

/** Before polls could be paused a marker named no stop; such polls were never stopped but once, which counts as 0. */
const STOPPED = /^closing ([1-9]\d{0,9})(?: (\d{1,9}))?$/

/** The entry that the text at `seq` of a stream is; its position keeps the moments in order. */
export function decodeEntry(text: string, seq: number, after: Position): Entry {
  const marker = STOPPED.exec(text)
  if (marker) {
    const stopMarker = { poll: Number(marker[1]), stop: Number(marker[2] ?? 0) }
    return { position: { ms: after.ms, seq }, raw: text, ballot: null, stopMarker }
  }
  const end = text.lastIndexOf(" ")
  const ballot = decodeBallot(text.slice(0, end))
  const ballotId = parsePosition(text.slice(end + 1))
  if (!ballot || !ballotId || ballotId.seq < BALLOT_ID_BASE || ballotId.seq >= 2 * BALLOT_ID_BASE) {
    return { position: { ms: after.ms, seq }, raw: text, ballot: null }
  }
  return { position: { ms: Math.max(after.ms, ballotId.ms), seq }, raw: text, ballot, ballotId }
}

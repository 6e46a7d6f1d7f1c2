/** What stands in a log: ballots with the mark that vote gave them, and the notes by which a worker stops polls. */

import { type Ballot, decodeBallot, encodeBallot, type Position, parsePosition } from "../../ballots"
import { keyed } from "../../keyed"
import type { Entry, PollCast } from "../contract"

/** Marks of ballots lie above every count that Redis gives its entries, so that a receipt tells which of the two it holds. */
export const MARK = 2 ** 30

/**
 * The mark by which a ballot in a log is found again: its moment, and 30 bits that are the same for the same voter and
 * option. A broker tells no position, or one that nothing says later.
 * @param after the voter's standing ballot, which this one replaces and so must follow
 */
export function newMark({ poll, voter, option }: PollCast, now: number, after?: Position): Position {
  const bits = keyed(poll.salt, `mark ${voter} ${option}`, 4).readUInt32BE(0) % MARK
  return { ms: Math.max(now, (after?.ms ?? 0) + 1), seq: MARK + bits }
}

/** `<poll number> <voter> <option> <ms>-<seq>` */
export function encodeMarked(ballot: Ballot, mark: Position): string {
  return `${encodeBallot(ballot)} ${mark.ms}-${mark.seq}`
}

/** `closing <poll number> <stop>`: after it the log holds no ballot that vote accepted for this poll before this stop. */
export function encodeStopped({ poll, stop }: NonNullable<Entry["stopped"]>): string {
  return `closing ${poll} ${stop}`
}

/** Before polls could be paused a note named no stop; such polls were never stopped but once, which counts as 0. */
const STOPPED = /^closing ([1-9]\d{0,9})(?: (\d{1,9}))?$/

/** The entry that the text at `seq` of a log is; its position keeps the moments in order. */
export function decodeEntry(text: string, seq: number, after: Position): Entry {
  const note = STOPPED.exec(text)
  if (note) {
    const stopped = { poll: Number(note[1]), stop: Number(note[2] ?? 0) }
    return { position: { ms: after.ms, seq }, raw: text, ballot: null, stopped }
  }
  const end = text.lastIndexOf(" ")
  const ballot = decodeBallot(text.slice(0, end))
  const mark = parsePosition(text.slice(end + 1))
  if (!ballot || !mark || mark.seq < MARK || mark.seq >= 2 * MARK) {
    return { position: { ms: after.ms, seq }, raw: text, ballot: null }
  }
  return { position: { ms: Math.max(after.ms, mark.ms), seq }, raw: text, ballot, mark }
}

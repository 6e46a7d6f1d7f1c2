/** A ballot on its way: vote writes it into the inbox, and the worker reads it there. */

/** A position in a shard's stream: milliseconds by the inbox's clock, and a count within the millisecond. */
export type Position = { ms: number; seq: number }

export const START: Position = { ms: 0, seq: 0 }

export function formatPosition({ ms, seq }: Position): string {
  return `${ms}-${seq}`
}

/** Reads `1763690000000-3`; null for anything else. */
export function parsePosition(text: string): Position | null {
  const dash = text.indexOf("-")
  const ms = Number(text.slice(0, dash))
  const seq = Number(text.slice(dash + 1))
  if (dash < 1 || !Number.isSafeInteger(ms) || !Number.isSafeInteger(seq) || ms < 0 || seq < 0) return null
  return { ms, seq }
}

/** Negative if `a` comes before `b`, 0 if they are the same. */
export function comparePositions(a: Position, b: Position): number {
  return a.ms - b.ms || a.seq - b.seq
}

/** The smallest position after `position`. */
export function nextPosition({ ms, seq }: Position): Position {
  return { ms, seq: seq + 1 }
}

/** A ballot as the inbox holds it. `option`: what it says, an option's id or another text (`choice.ts`). */
export type Ballot = { poll: number; voter: string; option: string }

/**
 * `<poll number> <voter> <option>`, as cast.lua writes it; the last character of a voter carries only two bits. A schema would cost the
 * worker twice the time. Two characters for each of 50 options are the longest text.
 */
const BALLOT = /^([1-9]\d{0,9}) ([A-Za-z0-9_-]{21}[AQgw]) ([A-Za-z0-9-]{1,100})$/
/** Poll numbers are integers of Postgres. */
const GREATEST_NUMBER = 2 ** 31 - 1

/** The ballot that this stored text stands for; null for any other text. */
export function decodeBallot(text: string): Ballot | null {
  const [, number = "", voter = "", option = ""] = BALLOT.exec(text) ?? []
  const poll = Number(number)
  return voter !== "" && poll <= GREATEST_NUMBER ? { poll, voter, option } : null
}

export function encodeBallot({ poll, voter, option }: Ballot): string {
  return `${poll} ${voter} ${option}`
}

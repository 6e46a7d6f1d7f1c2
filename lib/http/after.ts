/** `?after=`: a client names the version that it has, and gets no answer that is older, whichever replica it asks. */

import { pause } from "../backoff"
import { Problem, shown } from "../errors"

/** A version that a client has, and the number of the poll whose version it is, where the client names that too. */
export type Known = { version: number; number: number | null }

/** A replica is behind by milliseconds. A client that waits longer is told to come back. */
const PATIENCE_MS = 1_000
/** Answers are used again for so long, so looking more often shows nothing new. */
const LOOK_MS = 50

/** @returns null where the client names no version @throws {Problem} request-malformed */
export function knownTo({ searchParams }: URL): Known | null {
  const version = wholeNumber(searchParams, "after")
  return version === null ? null : { version, number: wholeNumber(searchParams, "number") }
}

function wholeNumber(query: URLSearchParams, name: string): number | null {
  const text = query.get(name)
  if (text === null) return null
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value)) return value
  throw new Problem(
    "request-malformed",
    `The ${name} ${shown(text)} is none: send the ${name === "after" ? "version" : name} of an earlier answer.`,
  )
}

/** Whether this version of the poll with this number is at least as new; another poll that got the id later is. */
export function isNotOlder({ number, version }: { number: number; version: number }, known: Known): boolean {
  if (known.number !== null && known.number !== number) return number > known.number
  return version >= known.version
}

/**
 * Reads until what is read is at least as new as what the client has, for a second at most.
 * @param order number and version of what was read
 * @returns undefined when there is no such poll, also by a second look
 * @throws {Problem} what `tooOld` makes, when there is nothing so new in time; whatever `read` throws
 */
export async function readAfter<T>(
  known: Known | null,
  read: () => Promise<T>,
  order: (found: NonNullable<T>) => { number: number; version: number },
  tooOld: (detail: string) => Problem,
): Promise<T> {
  const end = performance.now() + PATIENCE_MS
  for (let looked = false; ; looked = true) {
    const found = await read()
    if (known === null || (found == null ? looked : isNotOlder(order(found), known))) return found
    if (performance.now() > end)
      throw tooOld(`There is nothing as new as version ${known.version} yet: ask again.`)
    await pause(LOOK_MS)
  }
}

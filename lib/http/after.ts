/** `?after=`: a client names the version that it has, and gets no answer that is older, whichever replica it asks. */

import { pause } from "../backoff"
import { Problem, shown } from "../errors"

/** A version that a client has, and the number of the poll whose version it is, where the client names that too. */
export type Known = { version: number; number: number | null }

/** A replica is behind by milliseconds. A client that waits longer is told to come back. */
const PATIENCE_MS = 1_000
/** Answers are used again for so long, so looking more often shows nothing new. */
const LOOK_MS = 50

/**
 * @param names of the parameter; the first that is there counts
 * @returns null where the client names no version @throws {Problem} request-malformed
 */
export function knownTo({ searchParams }: URL, names: readonly string[] = ["after"]): Known | null {
  const name = names.find((it) => searchParams.has(it))
  const version = name === undefined ? null : wholeNumber(searchParams, name)
  return version === null ? null : { version, number: wholeNumber(searchParams, "number") }
}

function wholeNumber(query: URLSearchParams, name: string): number | null {
  const text = query.get(name)
  if (text === null) return null
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value)) return value
  throw new Problem(
    "request-malformed",
    `The ${name} ${shown(text)} is none: send the ${name === "number" ? name : "version"} of an earlier answer.`,
  )
}

/** Whether this version of the poll with this number is at least as new; another poll that got the id later is. */
export function isNotOlder({ number, version }: { number: number; version: number }, known: Known): boolean {
  if (known.number !== null && known.number !== number) return number > known.number
  return version >= known.version
}

/**
 * Reads until what is read is at least as new as what the client has, for a second at most.
 * @param read is told whether what it gave before was not new enough
 * @param order number and version of what was read
 * @param counting says whose version it is that the client named, for those who have mistaken one for another
 * @returns undefined when there is no such poll, also by a second look
 * @throws {Problem} nothing-so-new, when there is none in time; whatever `read` throws
 */
export async function readAfter<T>(
  known: Known | null,
  read: (again: boolean) => Promise<T>,
  order: (found: NonNullable<T>) => { number: number; version: number },
  counting: string,
): Promise<T> {
  const end = performance.now() + PATIENCE_MS
  for (let looked = false; ; looked = true) {
    const found = await read(looked)
    if (known === null || (found == null ? looked : isNotOlder(order(found), known))) return found
    if (performance.now() > end) {
      const detail = `There is nothing as new as version ${known.version} yet: ask again. ${counting}`
      throw new Problem("nothing-so-new", detail, { retryAfter: 1 })
    }
    await pause(LOOK_MS)
  }
}

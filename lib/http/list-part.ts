/** `?offset=`: lists of polls come in parts, as an instance may have thousands of them. */

import { Problem, shown } from "../errors"

/** How many polls one answer lists. */
export const POLLS_A_PART = 100

/**
 * How many polls of the list come before the part that is asked for.
 * @throws {Problem} request-malformed
 */
export function offsetIn({ searchParams }: URL): number {
  const text = searchParams.get("offset") ?? "0"
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new Problem(
    "request-malformed",
    `The offset ${shown(text)} is none: send the number that an answer gives as \`next\`.`,
  )
}

/** What the next part is asked for by; nothing where there is none. */
export function nextIn(offset: number, hasMore: boolean): { next?: number } {
  return hasMore ? { next: offset + POLLS_A_PART } : {}
}

/** What clients are told of polls that are not there. */

import { Problem, shown } from "@tallyroom/lib/errors"
import { spellingHint } from "@tallyroom/lib/http/page-address"

export function pollUnknown(id: string): Problem {
  return new Problem(
    "poll-unknown",
    `There is no poll ${shown(id)}: ${spellingHint(id, "check the address")}.`,
  )
}

export function pollDeleted(id: string): Problem {
  return new Problem(
    "poll-deleted",
    `The poll ${shown(id)} was deleted by its host: it takes no votes and has no results.`,
  )
}

/** Whether the error says that there is no such poll, or none any more. */
export function isPollMissing(error: unknown): boolean {
  return error instanceof Problem && ["poll-unknown", "poll-deleted"].includes(error.kind)
}

/**
 * The id of the default poll.
 * @throws {Problem} poll-unknown when there is none
 */
export function defaultPoll(index: { default: string | null }): string {
  if (index.default !== null) return index.default
  throw new Problem(
    "poll-unknown",
    "There is no default poll now: ask for /polls/<id>, one of those that /api/polls lists.",
  )
}

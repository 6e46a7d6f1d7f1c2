/**
 * Two people at one poll: a form says what it was served with, so that what one of them left alone does not undo what the
 * other changed meanwhile, and nobody overwrites the other's words unseen.
 */

import type { PollDraft } from "./draft"

/** What two people may change at once. The id stays, and the default poll is named by a box that only ever sets it. */
const PARTS = [
  "title",
  "options",
  "policy",
  "confirm",
  "results",
  "eligibility",
  "opensAt",
  "closesAt",
] as const
export type DraftPart = (typeof PARTS)[number]

/** A mark is enough to tell one text from another; all of a poll in every form would double it. */
const FINGERPRINT_CHARACTERS = 12

/** What of a poll a form was served with: a mark for each part, in a line. */
export function fingerprintsOf(draft: PollDraft): string {
  return PARTS.map((part) => fingerprintOf(draft, part)).join(" ")
}

/** As long as `fingerprintsOf` is at most. */
export const MOST_FINGERPRINTS = PARTS.length * (FINGERPRINT_CHARACTERS + 1)

/**
 * What was written, and of what was left alone the poll as it is now.
 * @param served the marks of the poll as the form was served with it
 * @returns the parts that both changed, too, each in its own way
 */
export function mergeEdits(
  written: PollDraft,
  stored: PollDraft,
  served: string,
): { draft: PollDraft; both: DraftPart[] } {
  const before = served.split(" ")
  const isAs = (draft: PollDraft, part: DraftPart) =>
    fingerprintOf(draft, part) === before[PARTS.indexOf(part)]
  // A form of an earlier release says nothing of it.
  const changed = before.length === PARTS.length ? PARTS.filter((part) => !isAs(stored, part)) : []
  const left = changed.filter((part) => isAs(written, part))
  return {
    draft: { ...written, ...Object.fromEntries(left.map((part) => [part, stored[part]])) },
    both: changed.filter(
      (part) => !left.includes(part) && fingerprintOf(written, part) !== fingerprintOf(stored, part),
    ),
  }
}

function fingerprintOf(draft: PollDraft, part: DraftPart): string {
  return new Bun.CryptoHasher("sha256")
    .update(JSON.stringify(draft[part]))
    .digest("base64url")
    .slice(0, FINGERPRINT_CHARACTERS)
}

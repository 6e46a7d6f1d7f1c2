/**
 * Two admins edit one poll at the same time. A form says with which poll it was served, so that the parts that one of them did
 * not change don't undo changes of the other, and nobody overwrites a change without seeing it.
 */

import type { PollDraft } from "./draft"

/** The parts that two admins may change at once. The id never changes, and the box for the default poll can only set it. */
const PARTS = [
  "title",
  "options",
  "ballot",
  "decision",
  "order",
  "policy",
  "confirm",
  "results",
  "eligibility",
  "opensAt",
  "closesAt",
] as const
export type DraftPart = (typeof PARTS)[number]

/** A fingerprint is enough to tell texts apart. With the whole poll, every form would be twice as long. */
const FINGERPRINT_CHARACTERS = 12

/** The fingerprints of all parts, separated by spaces. */
export function fingerprintsOf(draft: PollDraft): string {
  return PARTS.map((part) => fingerprintOf(draft, part)).join(" ")
}

/** The most characters that `fingerprintsOf` returns. */
export const MOST_FINGERPRINTS = PARTS.length * (FINGERPRINT_CHARACTERS + 1)

/**
 * Merges the edits of a form with the poll as it is stored now: the parts that the form left alone are as they are stored.
 * @param served the fingerprints of the poll when the form was served
 * @returns the draft, and the parts that both have changed differently
 */
export function mergeEdits(
  written: PollDraft,
  stored: PollDraft,
  served: string,
): { draft: PollDraft; both: DraftPart[] } {
  const before = served.split(" ")
  const isAs = (draft: PollDraft, part: DraftPart) =>
    fingerprintOf(draft, part) === before[PARTS.indexOf(part)]
  // A form that an earlier release served has no fingerprints.
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

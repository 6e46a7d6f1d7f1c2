/**
 * What may become of a poll: stated here once, obeyed by result when it answers admins (`apps/result/polls`), and by Postgres, whose trigger
 * is made of it (`apps/worker/database/rules-trigger.ts`), when somebody else has result's credentials.
 */

import type { PollState } from "./poll"

/** The states that an admin may give a poll. A worker makes it final, deleting one closes it, and one that is scheduled may become a draft. */
export const MAY_FOLLOW: Record<PollState, readonly PollState[]> = {
  draft: ["open"],
  open: ["paused", "closed"],
  paused: ["open", "closed"],
  closed: ["open", "paused"],
  final: [],
}

/** What people vote on: fixed by the first vote, and by the end. Until then it changes only where no ballot can be on its way. */
export const WORDING = ["title", "labels", "option ids"] as const

/**
 * Who votes, how often, what a ballot may say and in which order it shows the options, and how that is decided: fixed by the opening, and by
 * the first vote. The order changes no count, but no list is put in another order under a finger, and all voters vote on equal terms.
 */
export const TERMS = ["policy", "eligibility", "ballot", "decision", "order"] as const

/** How many people may vote, where the decision says so: it may be corrected while they vote, and is fixed by the end. */
export const ROLL = ["eligible voters"] as const

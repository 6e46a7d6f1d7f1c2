/** Which audience somebody belongs to, by what they show of themselves. */

import { readReceipt } from "../ballots/receipts"
import type { Poll } from "./poll"
import type { Audience } from "./visibility"

/** What somebody shows of themselves. */
export type Viewer = { admin: boolean; receipt: string | null }

/** Somebody who shows nothing. */
export const ANYBODY: Viewer = { admin: false, receipt: null }

/** An admin, the holder of a receipt of this very poll, or the public. */
export function audienceOf({ salt }: Pick<Poll, "salt">, { admin, receipt }: Viewer): Audience {
  if (admin) return "admin"
  return receipt !== null && readReceipt(salt, receipt) !== null ? "receipt" : "public"
}

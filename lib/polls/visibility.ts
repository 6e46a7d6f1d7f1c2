/** Who sees how a poll's votes stand. The ballot's script asks too, so this file imports nothing that runs. */

import type { Phase, ResultsMode } from "./poll"

/** `receipt`: who holds a receipt of this very poll. */
export const AUDIENCES = ["public", "receipt", "admin"] as const
export type Audience = (typeof AUDIENCES)[number]

/** By the state that Postgres gave the poll: its schedule alone makes nothing public. */
type Visible = { results: ResultsMode; state: Phase; deleting?: boolean }

/** Whether this audience sees counts at this moment. A poll that is closed in order to be deleted shows its counts to admins alone. */
export function seesCounts({ results, state, deleting }: Visible, audience: Audience): boolean {
  return audience === "admin" || (!deleting && showsCounts(results, state, audience === "receipt"))
}

/** The same for those who are no admins. A page asks by the poll's phase, as it knows no more. */
export function showsCounts(results: ResultsMode, state: Phase, hasReceipt: boolean): boolean {
  return results === "live" || (results === "after-vote" ? hasReceipt : isOver(state))
}

/** Whether nobody can vote any more. */
export function isOver(state: Phase): boolean {
  return state === "closed" || state === "final"
}

import type { Snapshot } from "./snapshot"

type Order = Pick<Snapshot, "number" | "version">

/** Whether a snapshot takes the place of the one that is shown: it is a newer one of the same poll, or of a later poll under the id. */
export function supersedes(next: Order, shown: Order): boolean {
  return next.number === shown.number ? next.version > shown.version : next.number > shown.number
}

import type { Snapshot } from "./snapshot"

type Order = Pick<Snapshot, "number" | "version">

/** Whether a snapshot is to be shown in place of another: of the same poll a later one, or of a later poll under its id. */
export function supersedes(next: Order, shown: Order): boolean {
  return next.number === shown.number ? next.version > shown.version : next.number > shown.number
}

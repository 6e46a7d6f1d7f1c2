import type { Snapshot } from "../tally/snapshot"

/**
 * What viewers are sent: a snapshot, and how long ago it was last known to be right (ms) where that can't be known just now,
 * as Postgres does not answer. Without an age the snapshot is right.
 */
export type LiveMessage = Snapshot & { ageMs?: number }

import type { Numbers } from "../tally/numbers"
import type { Snapshot } from "../tally/snapshot"

/**
 * What viewers are sent: a snapshot, or where they have one and asked for it (`then=numbers`) its new numbers; and how long ago
 * that was last known to be right (ms) where it can't be known just now, as Postgres does not answer. Without an age it is right.
 */
export type LiveMessage = (Snapshot | Numbers) & { ageMs?: number }

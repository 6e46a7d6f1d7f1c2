import type { ShownOutcome } from "../outcome/outcome-reads"
import type { Numbers } from "../tally/numbers"
import type { Snapshot } from "../tally/snapshot"

/**
 * What viewers are sent: a snapshot, or where they have one and asked for it (`then=numbers`) its new numbers; and how long ago
 * that was last known to be right (ms) where it can't be known just now, as Postgres does not answer. Without an age it is right.
 * Of polls that rank the outcome, with a version of its own: it follows the counts, and only news of it come beside numbers.
 */
export type LiveMessage = (Snapshot | Numbers) & { ageMs?: number; outcome?: ShownOutcome }

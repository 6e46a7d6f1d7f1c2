/** What the components know of the voter's ballot, and what they can do with it. */

import type { Refusal, Standing } from "./ballot-data"

export type Casting = {
  /** What stands of this voter, as far as this browser knows. */
  standing: Standing | null
  /** What stands while the voter chooses anew. */
  before: Standing | null
  /** The ballot on its way, and how often that failed. */
  sending: { option: string; failures: number } | null
  refusal: Refusal | null
  /** The poll was paused or closed, or was deleted, before a ballot had its answer. */
  missed: boolean
  offline: boolean
  /** The vote was answered just now. */
  fresh: boolean
  /** Scripts run here. */
  live: boolean
  cast: (option: string, code: string) => void
  change: () => void
  keep: () => void
  tryNow: () => void
}

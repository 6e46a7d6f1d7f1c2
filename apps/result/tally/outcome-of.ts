/** What a poll decides by its tally, as everybody can reckon who has its snapshot: the pages do so with each new number. Once it is final, what was stored counts. */

import { decideCounts } from "@tallyroom/lib/outcome/decide-counts"
import type { TalliedOutcome } from "@tallyroom/lib/outcome/tallied"
import type { Snapshot } from "./snapshot"

/** Null while no counts are shown, where the most votes alone decide, and where whole ballots do. */
export function outcomeOf(snapshot: Snapshot): TalliedOutcome | null {
  const { decision, decided, options, hidden, total = 0, abstained = 0 } = snapshot
  if (decided) return decided
  if (!decision || hidden || decision.rule === "star") return null
  const names = decision.rule === "majority" ? ["yes", "no"] : null
  const said = options.map(({ id, said = [] }) => {
    return [id, Object.fromEntries(said.map((count, i) => [names?.[i] ?? `${i}`, count]))] as const
  })
  const votes = Object.fromEntries(options.map(({ id, votes = 0 }) => [id, votes]))
  return decideCounts({ options, votes, said: Object.fromEntries(said), total, abstained }, decision)
}

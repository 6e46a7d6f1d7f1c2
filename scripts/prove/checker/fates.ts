/** Finds out what became of the ballot of each ok answer. */

import type { Asked, Evidence, Fate, PollEvidence, VoterEvidence } from "./evidence"
import { isSamePlace } from "./place"

/** Sets the fate of each ok answer of a poll. @param late the places of ballots that were set aside as late */
export function settleFates(
  { made, voters }: PollEvidence,
  { inbox, healed }: Pick<Evidence, "inbox" | "healed">,
  late: Set<string>,
): void {
  const mayStandAsCopy = inbox === "rabbitmq" && made.policy === "final"
  const nowhere: Fate = healed.some(({ fault }) => fault === null) ? "missing" : "unasked"
  for (const voter of voters.values())
    for (const call of voter.calls)
      if (call.outcome === "ok")
        call.fate = fateOf(call, voter, mayStandAsCopy, late) ?? missingOr(nowhere, call)
}

/** Null for a ballot that is nowhere, and of which nobody says that it is lost. */
function fateOf(
  { place, shard, option, said }: Asked,
  { standing, replaced }: VoterEvidence,
  mayStandAsCopy: boolean,
  late: Set<string>,
): Fate | null {
  if (place === null) return "missing"
  if (standing && isSamePlace(standing, place)) return "counted"
  if (replaced.some((ballot) => isSamePlace(ballot, place))) return "replaced"
  const isLate = late.has(`${shard}-${place.ms}-${place.seq}`)
  if (!isLate && said === "lost") return "lost"
  // The same voter and option always give a ballot id the same second part.
  if (mayStandAsCopy && standing?.option === option && standing.seq === place.seq) return "copy"
  return isLate ? "late" : null
}

function missingOr(nowhere: Fate, { said }: Asked): Fate {
  return said === null ? nowhere : "missing"
}

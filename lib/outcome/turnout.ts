/** Whether enough people voted for a decision, and not more than may. Browsers ask so too, so this file imports no schema. */

import { ballotsNeeded, isOverfull } from "../count/quorum"
import type { Decision } from "../polls/decision"

type Turnout = { ballots: number; quorate: boolean; eligible?: number | undefined }

/**
 * What every outcome says of how many voted.
 * @param ballots all that count, abstentions among them
 */
export function turnoutOf(
  { quorum: needed, eligible }: Pick<Decision, "quorum" | "eligible">,
  ballots: number,
  abstained: number,
) {
  const quorum = ballotsNeeded(needed, eligible ?? null)
  return {
    ballots,
    abstained,
    quorum,
    quorate: ballots >= quorum,
    ...(eligible !== undefined && { eligible }),
  }
}

/** Whether anything is decided by as many ballots. */
export function isDecided({ ballots, quorate, eligible }: Turnout): boolean {
  return quorate && !isOverfull(ballots, eligible ?? null)
}

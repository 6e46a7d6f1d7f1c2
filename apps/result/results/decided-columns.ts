/** The columns of a CSV of results that tell what ballots say of each option, and what is decided. */

import { isOverfull } from "@tallyroom/lib/count/quorum"
import { meanText } from "../decision/mean"
import { outcomeOf } from "../tally/outcome-of"
import { type Snapshot, type SnapshotOption, whatIsSaid } from "../tally/snapshot"
import { ratedBy } from "../tally/tally-view"

type Cell = string | number
export type DecidedColumns = { names: string[]; of: (option: SnapshotOption) => Cell[] }

/** None where ballots choose or rank, and the poll has no decision of its own. */
export function decidedColumns(snapshot: Snapshot): DecidedColumns {
  const outcome = outcomeOf(snapshot)
  if (!outcome) return ratedColumns(snapshot)
  if (outcome.rule === "majority") {
    const { motions } = outcome
    return {
      names: ["yes", "no", "abstaining", "base", "needed", "outcome"],
      of: ({ id }) => {
        const motion = motions[id]
        if (!motion) return []
        return [motion.yes, motion.no, motion.abstained, motion.base, motion.needed, motion.outcome]
      },
    }
  }
  const standing = ({ id }: SnapshotOption) => {
    if (isOverfull(outcome.ballots, outcome.eligible ?? null)) return "too many ballots"
    if (!outcome.quorate) return "no quorum"
    return outcome.winners.includes(id) ? "wins" : outcome.tied.includes(id) ? "tie" : ""
  }
  if (outcome.rule === "votes") return { names: ["outcome"], of: (option) => [standing(option)] }
  const { names, of } = ratedColumns(snapshot)
  return { names: [...names, "outcome"], of: (option) => [...of(option), standing(option)] }
}

/** What ballots that rate say of each option, whatever decides; none where they don't. */
function ratedColumns({ ballot, hidden }: Snapshot): DecidedColumns {
  if (ballot?.method !== "rate" || hidden) return { names: [], of: () => [] }
  return {
    names: ["mean", "sum", ...whatIsSaid(ballot).map((rating) => `rated_${rating}`)],
    of: ({ said = [] }) => {
      const rated = ratedBy(said)
      return [rated.ratings === 0 ? "" : meanText(rated), rated.sum, ...said]
    },
  }
}

/** The columns of a CSV of results that tell what ballots say of each option, and what is decided. */

import { isOverfull } from "@tallyroom/lib/count/quorum"
import { meanText } from "../decision/mean"
import { outcomeOf } from "../tally/outcome-of"
import { type Snapshot, type SnapshotOption, whatIsSaid } from "../tally/snapshot"

type Cell = string | number
export type DecidedColumns = { names: string[]; of: (option: SnapshotOption) => Cell[] }

/** None where the poll has no decision of its own. */
export function decidedColumns(snapshot: Snapshot): DecidedColumns {
  const outcome = outcomeOf(snapshot)
  if (!outcome) return { names: [], of: () => [] }
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
  const { rated } = outcome
  const ratings = snapshot.ballot ? whatIsSaid(snapshot.ballot) : []
  return {
    names: ["mean", "sum", ...ratings.map((rating) => `rated_${rating}`), "outcome"],
    of: (option) => {
      const { ratings, sum } = rated[option.id] ?? { ratings: 0, sum: 0 }
      const mean = ratings === 0 ? "" : meanText({ ratings, sum })
      return [mean, sum, ...(option.said ?? []), standing(option)]
    },
  }
}

/** A tally as it is drawn: which options lead, what share each has, and how long the bars are. */

import { sharesOf } from "@tallyroom/lib/polls/shares"
import { withDistinctColours } from "@tallyroom/lib/ui/option-hues"
import type { Snapshot, SnapshotOption } from "./snapshot"

/** Up to so many options a full bar means all ballots that chose an option. With more of them every bar would be short, so the leader's bar is full. */
const FEW_OPTIONS = 4
/** Even a single vote can be seen. */
const SHORTEST_BAR = 0.006

export type TallyRow = {
  option: SnapshotOption
  /** The option's place in its poll, which chooses its hue. */
  index: number
  votes: number
  /** From 0 to 1, as it is shown; null while there are no votes at all. */
  share: number | null
  /** The bar's part of its track, from 0 to 1. */
  length: number
  leads: boolean
}

export type TallyView = {
  /** Whether a ballot may say more, or less, than one vote: then ballots are counted beside the votes. */
  countsBallots: boolean
  /** The ballots that count, abstentions included. */
  total: number
  /** Those that chose an option: what shares are of. */
  choosing: number
  /** Null where no ballot may abstain. */
  abstained: number | null
  /** The share that a full bar means; null where that is all ballots that chose an option, or no bar is drawn. */
  full: number | null
  rows: TallyRow[]
  /** The rows with the most votes; empty while there are no votes, and where most votes decide nothing. */
  leaders: TallyRow[]
}

export type Order = "ballot" | "votes"

/** The rows are in the order of the ballot. Null while no counts are shown. */
export function tallyViewOf(snapshot: Snapshot): TallyView | null {
  const { hidden, options, total = 0, abstained = null } = snapshot
  if (hidden) return null
  const choosing = choosingBallots(snapshot)
  const most = Math.max(0, ...options.map(({ votes = 0 }) => votes))
  // It is the same wherever the bars of the poll are drawn.
  const isOfLeader = options.length > FEW_OPTIONS
  const longest = isOfLeader ? most : choosing
  const shares = sharesIn(snapshot)
  const mostVotesWin = snapshot.ballot === undefined || snapshot.ballot.method === "choose"
  const rows = withDistinctColours(options).map((option, index) => {
    const { votes = 0 } = option
    return {
      ...{ option, index, votes },
      share: shares?.[index] ?? null,
      length: votes === 0 ? 0 : Math.max(SHORTEST_BAR, votes / longest),
      leads: mostVotesWin && votes > 0 && votes === most,
    }
  })
  const ballots = { countsBallots: snapshot.ballot !== undefined, total, choosing, abstained }
  const full = isOfLeader && shares ? Math.max(...shares) : null
  return { ...ballots, full, rows, leaders: rows.filter(({ leads }) => leads) }
}

/** The ballots of a snapshot that chose an option. */
function choosingBallots({ total = 0, abstained = 0 }: Snapshot): number {
  return total - abstained
}

/** The share of each option in the ballots that chose any; null while none did. */
export function sharesIn(snapshot: Snapshot): number[] | null {
  return sharesOf(
    snapshot.options.map(({ votes = 0 }) => votes),
    choosingBallots(snapshot),
  )
}

/** The rows in this order. Rows with equally many votes stay in the order of the ballot. */
export function inOrder(rows: TallyRow[], order: Order): TallyRow[] {
  return order === "ballot" ? rows : [...rows].sort((a, b) => b.votes - a.votes)
}

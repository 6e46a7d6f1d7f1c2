/** A tally as it is drawn: which options lead, what share each has, and how long the bars are. */

import { sharesOf } from "@tallyroom/lib/polls/shares"
import { withDistinctColours } from "@tallyroom/lib/ui/option-hues"
import type { Snapshot, SnapshotOption } from "./snapshot"

/** Up to so many options a full bar means all votes. With more of them every bar would be short, so the leader's bar is full. */
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

/** What a full bar means: all votes, or those of the leader. */
type Scale = "total" | "leader"

export type TallyView = {
  total: number
  /** It is the same wherever the bars of the poll are drawn. */
  scale: Scale
  rows: TallyRow[]
  /** The rows with the most votes; empty while there are no votes. */
  leaders: TallyRow[]
}

export type Order = "ballot" | "votes"

/** The rows are in the order of the ballot. Null while no counts are shown. */
export function tallyViewOf({ hidden, options, total = 0 }: Snapshot): TallyView | null {
  if (hidden) return null
  const most = Math.max(0, ...options.map(({ votes = 0 }) => votes))
  const scale: Scale = options.length <= FEW_OPTIONS ? "total" : "leader"
  const full = scale === "total" ? total : most
  const shares = sharesOf(options.map(({ votes = 0 }) => votes))
  const rows = withDistinctColours(options).map((option, index) => {
    const { votes = 0 } = option
    return {
      ...{ option, index, votes },
      share: shares?.[index] ?? null,
      length: votes === 0 ? 0 : Math.max(SHORTEST_BAR, votes / full),
      leads: votes > 0 && votes === most,
    }
  })
  return { total, scale, rows, leaders: rows.filter(({ leads }) => leads) }
}

/** The rows in this order. Rows with equally many votes stay in the order of the ballot. */
export function inOrder(rows: TallyRow[], order: Order): TallyRow[] {
  return order === "ballot" ? rows : [...rows].sort((a, b) => b.votes - a.votes)
}

/** The leader's share of all votes where a full bar means that; null where it means all votes, or no bar is drawn. */
export function fullBar({ scale, leaders: [leader] }: TallyView): number | null {
  return scale === "leader" ? (leader?.share ?? null) : null
}

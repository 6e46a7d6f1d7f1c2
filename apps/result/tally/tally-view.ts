/** Where the options of a snapshot stand: who leads, with which share, and how long the bars are. */

import { sharesOf } from "@tallyroom/lib/polls/shares"
import { apart } from "@tallyroom/lib/ui/option-hues"
import type { Snapshot, SnapshotOption } from "./snapshot"

/** Up to so many options a full bar is all votes; with more of them every bar would be short, so it is the leader's. */
const FEW_OPTIONS = 4
/** A vote can always be seen. */
const SHORTEST_BAR = 0.006

export type TallyRow = {
  option: SnapshotOption
  /** The option's place in its poll, which chooses its hue. */
  index: number
  votes: number
  /** From 0 to 1, as it is shown; null while there is no vote at all. */
  share: number | null
  /** The bar's part of its track, from 0 to 1. */
  length: number
  leads: boolean
}

/** What a full bar stands for: all votes, or those of the leader. */
type Scale = "total" | "leader"

export type TallyView = {
  total: number
  /** The same wherever the poll's bars are drawn. */
  scale: Scale
  rows: TallyRow[]
  /** Those with the most votes; nobody while there are none. */
  leaders: TallyRow[]
}

export type Order = "ballot" | "votes"

/** The view in the order of the ballot; null while no counts are shown. */
export function tallyViewOf({ hidden, options, total = 0 }: Snapshot): TallyView | null {
  if (hidden) return null
  const most = Math.max(0, ...options.map(({ votes = 0 }) => votes))
  const scale: Scale = options.length <= FEW_OPTIONS ? "total" : "leader"
  const full = scale === "total" ? total : most
  const shares = sharesOf(options.map(({ votes = 0 }) => votes))
  const rows = apart(options).map((option, index) => {
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

/** The rows in this order; equal ones stay as on the ballot. */
export function inOrder(rows: TallyRow[], order: Order): TallyRow[] {
  return order === "ballot" ? rows : [...rows].sort((a, b) => b.votes - a.votes)
}

/** The leader's share of all votes, where a full bar stands for it; null where it stands for all, or nothing is drawn. */
export function fullBar({ scale, leaders: [leader] }: TallyView): number | null {
  return scale === "leader" ? (leader?.share ?? null) : null
}

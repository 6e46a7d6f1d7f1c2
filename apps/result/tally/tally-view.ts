/** A tally as it is drawn: which options lead, what share each has, and how long the bars are. */

import { compareMeans, type Rated } from "@tallyroom/lib/count/rating"
import type { Motion, TalliedOutcome } from "@tallyroom/lib/outcome/tallied"
import { sharesOf } from "@tallyroom/lib/polls/shares"
import { withDistinctColours } from "@tallyroom/lib/ui/option-hues"
import { outcomeOf } from "./outcome-of"
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
  /** Whether it has the most votes, or wins (or is tied) by the poll's decision. */
  leads: boolean
  /** Whether it leads beside others that are equal. */
  tied: boolean
  /** What ballots say for and against it, where they decide. */
  motion: Motion | null
  /** How ballots rate it, where they do. */
  rated: RatedRow | null
}

export type RatedRow = {
  ratings: number
  sum: number
  /** How many ballots give it 0, 1 and so on. */
  counts: number[]
  /** The figure that is compared, or compared first: its mean or its sum. */
  by: "mean" | "sum"
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
  /** Whether votes are what is shown of each option, and neither ratings nor answers. */
  comparesVotes: boolean
  /** The share that a full bar means; null where that is all ballots that chose an option, or no bar is drawn. */
  full: number | null
  /** What the poll decides by a decision of its own; null where it is by the most votes alone, and where whole ballots decide. */
  outcome: TalliedOutcome | null
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
  const outcome = outcomeOf(snapshot)
  const mostVotesWin = (snapshot.ballot?.method ?? "choose") === "choose" && outcome === null
  const level = mostVotesWin && most > 0 && options.filter(({ votes }) => votes === most).length > 1
  const rows = withDistinctColours(options).map((option, index) => {
    const { votes = 0 } = option
    const leads = mostVotesWin && votes > 0 && votes === most
    const rated = ratedRow(snapshot, option)
    const part = rated ? ratedPart(rated, choosing) : votes / longest
    return {
      ...{ option, index, votes, rated },
      share: shares?.[index] ?? null,
      length: votes === 0 || part === 0 ? 0 : Math.max(SHORTEST_BAR, part),
      ...(outcome ? standing(outcome, option.id) : { leads, tied: leads && level }),
      motion: outcome?.rule === "majority" ? (outcome.motions[option.id] ?? null) : null,
    }
  })
  const ballots = { countsBallots: snapshot.ballot !== undefined, total, choosing, abstained }
  const comparesVotes = rows.every(({ rated, motion }) => !rated && !motion)
  const full = isOfLeader && shares && comparesVotes ? Math.max(...shares) : null
  const leaders = outcome ? [] : rows.filter(({ leads }) => leads)
  return { ...ballots, comparesVotes, full, outcome, rows, leaders }
}

function standing(outcome: TalliedOutcome, id: string): { leads: boolean; tied: boolean } {
  if (outcome.rule === "majority") {
    const isCarried = outcome.motions[id]?.outcome === "carried"
    return { leads: isCarried, tied: false }
  }
  const tied = outcome.tied.includes(id)
  return { leads: tied || outcome.winners.includes(id), tied }
}

function ratedRow({ ballot, decision }: Snapshot, { said = [] }: SnapshotOption): RatedRow | null {
  if (ballot?.method !== "rate" || !decision) return null
  return { ...ratedBy(said), counts: said, by: decision.rule === "mean" ? "mean" : "sum" }
}

/** What ratings come to. @param counts how many ballots give 0, 1 and so on */
export function ratedBy(counts: readonly number[]): Rated {
  return {
    ratings: counts.reduce((sum, ballots) => sum + ballots, 0),
    sum: counts.reduce((sum, ballots, rating) => sum + rating * ballots, 0),
  }
}

/** The part of the best that it could have, only to be drawn. */
function ratedPart({ ratings, sum, counts, by }: RatedRow, ballots: number): number {
  const most = (counts.length - 1) * (by === "mean" ? ratings : ballots)
  return most === 0 ? 0 : sum / most
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

/** The rows in this order: by what decides. Rows with equally many votes stay in the order of the ballot. */
export function inOrder(rows: TallyRow[], order: Order): TallyRow[] {
  return order === "ballot" ? rows : [...rows].sort(compareRows)
}

/** More than 0 where the second one comes first. */
function compareRows(a: TallyRow, b: TallyRow): number {
  if (!a.rated || !b.rated) return b.votes - a.votes
  return a.rated.by === "mean" ? compareMeans(b.rated, a.rated) : b.rated.sum - a.rated.sum
}

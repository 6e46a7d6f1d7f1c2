/**
 * What ballots decide, counted by the checker itself from what each of them says: a document as the API has it (docs/api.md), with
 * those of its fields that the checker compares. It counts ballot by ballot and looks at nothing but the rules of docs/methods.md.
 */

import type { DecisionAsked } from "../../record/decided"
import type { PollMade, Told } from "../../record/record"
import { type Part, partsIn } from "../../record/said"
import { bestByMean, bestBySum, bestByVotes } from "./most"
import { motionsOf } from "./motions"
import { byPairs } from "./pairs"
import { byPoints } from "./points"
import { byRunoff } from "./runoff"
import { byStar } from "./star"
import { byTransfer } from "./transfer"

/** What each ballot that names any option says. */
export type Ballots = readonly (readonly Part[])[]
/** The options that each ballot ranks, the best one first. */
export type Rankings = readonly (readonly string[])[]
/** Who wins, and who is equal for what is left. */
export type Winners = { winners: string[]; tied: string[] }

const USUAL: Record<string, DecisionAsked> = {
  rank: { rule: "irv", seats: 1, quorum: 0 },
  rate: { rule: "mean", seats: 1, quorum: 0 },
  decide: { rule: "majority", majority: "simple", base: "valid", quorum: 0 },
}

/**
 * @param said what each ballot says that counts, abstentions among them
 * @returns null where the product says nothing but who has how many votes
 */
export function decidedBy(
  { options, ballot, decision: asked }: Pick<PollMade, "options" | "ballot" | "decision">,
  said: readonly string[],
): Told | null {
  const decision = asked ?? USUAL[ballot.method]
  if (!decision) return null
  const ballots = said.map(partsIn).filter((parts) => parts.length > 0)
  const ids = options.toSorted()
  const { eligible } = decision
  const cast = said.length
  const quorum = ballotsNeeded(decision.quorum, eligible ?? 0)
  const common = {
    ...{
      rule: decision.rule,
      ballots: cast,
      abstained: cast - ballots.length,
      quorum,
      quorate: cast >= quorum,
    },
    ...(eligible !== undefined && { eligible }),
  }
  if (decision.rule === "majority") return { ...common, motions: motionsOf(ids, ballots, decision, common) }
  const isDecided = cast >= quorum && cast <= (eligible ?? cast)
  return { ...common, ...countedBy(ids, ballots, decision), ...(!isDecided && { winners: [], tied: [] }) }
}

/** Of a part of the eligible voters the least whole number that is at least that part, or more than it (">1/2"). */
function ballotsNeeded(quorum: number | string, eligible: number): number {
  if (typeof quorum === "number") return quorum
  const [part = 0, of = 100] = quorum.replace(/[>%]/g, "").split("/").map(Number)
  const whole = eligible * part
  return quorum.startsWith(">") ? Math.floor(whole / of) + 1 : Math.ceil(whole / of)
}

function countedBy(
  ids: readonly string[],
  ballots: Ballots,
  { rule, seats }: Exclude<DecisionAsked, { rule: "majority" }>,
): Winners & Told {
  const rankings = ballots.map((parts) => parts.map(({ option }) => option))
  switch (rule) {
    case "votes":
      return bestByVotes(ids, ballots, seats)
    case "mean":
      return bestByMean(ids, ballots, seats)
    case "sum":
      return bestBySum(ids, ballots, seats)
    case "star":
      return byStar(ids, ballots)
    case "irv":
      return byRunoff(ids, rankings)
    case "stv":
      return byTransfer(ids, rankings, seats)
    case "condorcet":
      return byPairs(ids, rankings)
    case "borda":
      return byPoints(ids, rankings, seats)
  }
}

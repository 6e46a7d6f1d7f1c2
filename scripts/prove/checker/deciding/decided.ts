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
  const { quorum } = decision
  const isQuorate = said.length >= quorum
  const common = {
    ...{ ballots: said.length, abstained: said.length - ballots.length, quorum, quorate: isQuorate },
    rule: decision.rule,
  }
  if (decision.rule === "majority")
    return { ...common, motions: motionsOf(ids, ballots, decision, said.length) }
  const counted = countedBy(ids, ballots, decision)
  return { ...common, ...counted, ...(!isQuorate && { winners: [], tied: [] }) }
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

/** Whether the numbers that a viewer saw can be those of any ballots. */

import type { Seen } from "../record/record"
import { type BallotKind, countName, optionsOf } from "../record/said"
import { countIn, namings } from "./counts"

/** In words, why ballots of this kind can't give these numbers; null where they can. */
export function impossibleIn(seen: Seen, ballot: BallotKind): string | null {
  return wrongSum(seen, ballot) ?? wrongParts(seen, ballot)
}

/** In words, why such ballots can't name so many options; null where they can. */
function wrongSum({ total, abstained, votes }: Seen, ballot: BallotKind): string | null {
  const counts = namings(ballot.method, optionsOf(votes), votes)
  const sum = counts.reduce((a, b) => a + b, 0)
  // First preferences are all that is told of rankings.
  const [least, most] = ballot.method === "rank" ? [1, 1] : [ballot.least, ballot.most]
  const [atLeast, naming] = [total - (abstained ?? (ballot.abstain ? total : 0)), total - (abstained ?? 0)]
  if (sum < atLeast * least || sum > naming * most || counts.some((count) => count > naming))
    return `says ${total} votes in all${abstained ? `, ${abstained} of them for nothing` : ""}, but its options have ${sum}`
  return null
}

/** In words, why what ballots say of an option can't be all that its votes say; null where it can. */
function wrongParts({ votes }: Seen, { method, highest }: BallotKind): string | null {
  if (method === "choose" || method === "rank") return null
  const values = method === "decide" ? ["yes"] : Array.from({ length: highest + 1 }, (_, value) => `${value}`)
  for (const option of optionsOf(votes)) {
    const parts = values.reduce((sum, value) => sum + countIn(votes, countName({ option, value })), 0)
    if (parts !== countIn(votes, option))
      return `says ${countIn(votes, option)} votes for ${option}, but what is said of it adds up to ${parts}`
  }
  return null
}

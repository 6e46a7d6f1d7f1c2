/** The ballots that are cast for show over the API, one after the other. */

import type { Choice } from "@tallyroom/lib/ballots/choice"
import { type AskedOf, randomBallot } from "../../load/k6/random-ballot"
import { UserError } from "../../services/terminal/user-error"
import type { Skew } from "./shares"

/** As many ballots for each option as its share says, mixed at random, so that voters who come again choose by chance. */
export function* sharedOut(shares: Map<string, number>): Generator<Choice> {
  const left = new Map(shares)
  for (;;) {
    const open = [...left].filter(([, votes]) => votes > 0)
    const all = open.reduce((sum, [, votes]) => sum + votes, 0)
    if (all === 0) return
    const option = drawn(open, Math.floor(Math.random() * all))
    left.set(option, (left.get(option) ?? 1) - 1)
    yield { option }
  }
}

/** The option in which the number falls, each being as wide as its votes. */
function drawn(open: [string, number][], number: number): string {
  let end = 0
  for (const [option, votes] of open) {
    end += votes
    if (number < end) return option
  }
  return open.at(-1)?.[0] ?? ""
}

/** So many ballots by chance; what has a greater share is liked more. @throws {UserError} where no ballot can be filled in */
export function* byChance(asked: AskedOf, skew: Skew, count: number): Generator<Choice> {
  for (let i = 0; i < count; i++) yield oneByChance(asked, skew)
}

function oneByChance(asked: AskedOf, skew: Skew): Choice {
  try {
    return randomBallot(asked, (option) => skew.get(option) ?? 0)
  } catch (cause) {
    throw new UserError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

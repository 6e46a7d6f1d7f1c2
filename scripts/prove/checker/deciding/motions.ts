/** Majorities for motions, each by itself. */

import type { DecisionAsked } from "../../record/decided"
import type { Ballots } from "./decided"

type Majority = Extract<DecisionAsked, { rule: "majority" }>

/** The least whole number that is at least this part of `base`, or more than it for the absolute majority. */
const NEEDED: Record<Majority["majority"], (base: number, no: number) => number> = {
  simple: (_, no) => no + 1,
  absolute: (base) => Math.floor(base / 2) + 1,
  "two-thirds": (base) => Math.ceil((2 * base) / 3),
  "three-quarters": (base) => Math.ceil((3 * base) / 4),
  unanimous: (base) => base,
}

export function motionsOf(
  ids: readonly string[],
  ballots: Ballots,
  { majority, base: of, eligible }: Majority,
  { ballots: cast, quorate }: { ballots: number; quorate: boolean },
) {
  const motionOf = (id: string) => {
    const said = ballots.flatMap((parts) => parts.filter(({ option }) => option === id))
    const yes = said.filter(({ value }) => value === "yes").length
    const no = said.length - yes
    const base = { valid: said.length, cast, eligible: eligible ?? 0 }[of]
    const needed = Math.max(1, NEEDED[majority](base, no))
    const isTie = majority === "simple" && yes === no && yes > 0
    const decided = isTie ? "tie" : yes >= needed ? "carried" : "not carried"
    const outcome = cast > (eligible ?? cast) ? "too many ballots" : quorate ? decided : "no quorum"
    return { yes, no, abstained: cast - said.length, base, needed, outcome }
  }
  return Object.fromEntries(ids.map((id) => [id, motionOf(id)]))
}

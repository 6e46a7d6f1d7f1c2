/** What voters choose: as many options as the ballot lets them, none where they may abstain, and now and then what it does not let them. */

import type { Random } from "../random"
import { type Choosing, saidBy } from "../record/said"

/** The ids of the chosen options, in the order in which they came to mind. */
export type Chosen = readonly string[]

type Asked = { options: readonly string[]; ballot: Choosing }

/** Of 100 voters who may abstain, so many do. */
const ABSTENTIONS = 10
/** Of 100 choices where several options may be chosen, so many break the ballot's limits. */
const CARELESS = 3

export function choose({ options, ballot }: Asked, random: Random): Chosen {
  const { least, most, abstain } = ballot
  if (abstain && random.next() * 100 < ABSTENTIONS) return []
  const chosen = shuffled(options, random)
  if (most > 1 && random.next() * 100 < CARELESS) return random.pick(mistakes(chosen, ballot))
  return chosen.slice(0, random.whole(least, most))
}

/** Another choice than this one. */
export function chooseOther(asked: Asked, than: Chosen, random: Random): Chosen {
  for (;;) {
    const other = choose(asked, random)
    if (saidBy(other) !== saidBy(than)) return other
  }
}

/** Choices that no ballot may make. */
function mistakes(options: Chosen, { least, most, abstain }: Choosing): Chosen[] {
  const [first = "", ...others] = options
  return [
    [first, first],
    ...(most < options.length ? [options.slice(0, most + 1)] : []),
    ...(least > 1 ? [others.slice(0, least - 1)] : []),
    ...(abstain ? [] : [[]]),
  ]
}

export function shuffled<T>(all: readonly T[], random: Random): T[] {
  return all
    .map((it) => ({ it, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ it }) => it)
}

/** What voters choose: what the ballot lets them, nothing where they may abstain, and now and then what it does not let them. */

import type { Random } from "../random"
import { type BallotKind, type Part, saidBy } from "../record/said"

/** What a ballot says of the options that it names, in the order in which they came to mind. */
export type Chosen = readonly Part[]

type Asked = { options: readonly string[]; ballot: BallotKind }

/** Of 100 voters who may abstain, so many do. */
const ABSTENTIONS = 10
/** Of 100 choices where a ballot may say more than one option, so many break its limits. */
const CARELESS = 3

export function choose({ options, ballot }: Asked, random: Random): Chosen {
  const { least, most, abstain } = ballot
  if (abstain && random.next() * 100 < ABSTENTIONS) return []
  const liked = shuffled(options, random).map((option) => ({ option, value: anyValue(ballot, random) }))
  const isOne = ballot.method === "choose" && most === 1
  if (!isOne && random.next() * 100 < CARELESS) return random.pick(mistakes(liked, ballot))
  return liked.slice(0, random.whole(least, most))
}

/** Another choice than this one. */
export function chooseOther(asked: Asked, than: Chosen, random: Random): Chosen {
  const { method } = asked.ballot
  for (;;) {
    const other = choose(asked, random)
    if (saidBy(other, method) !== saidBy(than, method)) return other
  }
}

/** What a ballot says of an option that it names. */
function anyValue({ method, highest }: BallotKind, random: Random): string {
  if (method === "rate") return `${random.whole(0, highest)}`
  if (method === "decide") return random.pick(["yes", "no"])
  return ""
}

/** Choices that no ballot may make. */
function mistakes(liked: Chosen, { method, least, most, highest, abstain }: BallotKind): Chosen[] {
  const [first = { option: "", value: "" }, ...others] = liked
  const nothing = abstain ? [] : [[]]
  if (method === "rate") return [[...others, { ...first, value: `${highest + 1}` }], ...nothing]
  if (method === "decide") return [[{ ...first, value: "abstain" }], ...nothing]
  return [
    [first, first],
    ...(most < liked.length ? [liked.slice(0, most + 1)] : []),
    ...(least > 1 ? [others.slice(0, least - 1)] : []),
    ...nothing,
  ]
}

export function shuffled<T>(all: readonly T[], random: Random): T[] {
  return all
    .map((it) => ({ it, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ it }) => it)
}

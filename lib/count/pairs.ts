/** For each two options, how many ballots prefer the one to the other. */

import type { Profile } from "./profile"
import { allOptions } from "./ties"

export type Pairs = {
  readonly options: number
  /** How many ballots prefer option `a` to option `b`. A ballot prefers whom it ranks to whom it does not. */
  readonly preferring: (a: number, b: number) => number
  /** By how many ballots `a` is preferred to `b` more than `b` to `a`; negative where it is the other way round. */
  readonly margin: (a: number, b: number) => number
}

export function pairsOf(profile: Profile): Pairs {
  const { options } = profile
  const counts = new Float64Array(options * options)
  const isBehind = new Uint8Array(options)
  for (let ranking = 0; ranking < profile.length; ranking++) {
    const ballots = profile.ballots(ranking)
    isBehind.fill(1)
    for (let place = 0; ; place++) {
      const preferred = profile.at(ranking, place)
      if (preferred === undefined) break
      isBehind[preferred] = 0
      // Multiplied, as a branch that goes either way by chance takes several times as long.
      for (let other = 0, pair = preferred * options; other < options; other++, pair++)
        counts[pair] = (counts[pair] ?? 0) + (isBehind[other] ?? 0) * ballots
    }
  }
  const preferring = (a: number, b: number) => counts[a * options + b] ?? 0
  return { options, preferring, margin: (a, b) => preferring(a, b) - preferring(b, a) }
}

/** The option that more ballots prefer than not, beside each other one: the Condorcet winner; null where there is none. */
export function condorcetWinner({ options, margin }: Pairs): number | null {
  const all = allOptions(options)
  return all.find((a) => options > 1 && all.every((b) => a === b || margin(a, b) > 0)) ?? null
}

/**
 * Instant-runoff voting: each ballot counts for the option that it likes best of those that are left, and whoever has the fewest goes
 * out, until one has more than half of the ballots that still count.
 *
 * Source: Robert's Rules of Order Newly Revised (12th edition), 45:62 to 45:69, "preferential voting". Among equals it is decided as
 * ties.ts says.
 */

import { ballotsIn, type Profile } from "./profile"
import { allOptions, chooseAmong, extremesOf, type TieBreak } from "./ties"

export type IrvRound = {
  /** Votes by option; null for those that are out. */
  readonly votes: readonly (number | null)[]
  /** Ballots that rank nobody who is left. */
  readonly exhausted: number
  /** Who goes out after this round; empty in the last one. */
  readonly out: readonly number[]
  /** "together": several that are last, and have fewer votes between them than the next one, so that their order changes nothing. */
  readonly by: TieBreak | "together"
}

export type IrvCount = {
  readonly rounds: readonly IrvRound[]
  /** Null while there are no votes, and where it is a tie. */
  readonly winner: number | null
  /** Who is tied for going out in the last round, where that is left to a lot; empty where nobody is. */
  readonly tied: readonly number[]
}

/** @param lots options in the order of a drawing, if one was held: who of several is drawn first goes out */
export function countIrv(profile: Profile, lots: readonly number[] = []): IrvCount {
  const total = ballotsIn(profile)
  const piles = new Piles(profile)
  const rounds: IrvRound[] = []
  for (;;) {
    const votes = piles.votes()
    const left = allOptions(profile.options).filter((option) => votes[option] !== null)
    const counted = votes.reduce<number>((sum, count) => sum + (count ?? 0), 0)
    const end = (winner: number | null, tied: readonly number[] = []) => {
      rounds.push({ votes, exhausted: total - counted, out: [], by: null })
      return { rounds, winner, tied }
    }
    const [first] = extremesOf(left, votes, "most")
    if (counted === 0 || first === undefined) return end(null, rounds.length > 0 ? left : [])
    if (left.length === 1 || (votes[first] ?? 0) * 2 > counted) return end(first)
    const going = whoGoesOut(
      left,
      votes,
      rounds.map((round) => round.votes),
      lots,
    )
    if ("tied" in going) return end(null, going.tied)
    rounds.push({ votes, exhausted: total - counted, ...going })
    for (const option of going.out) piles.remove(option)
  }
}

type Going = { out: readonly number[]; by: TieBreak | "together" } | { tied: readonly number[] }

/** @param least how many must stay */
export function whoGoesOut(
  left: readonly number[],
  votes: readonly (number | bigint | null)[],
  rounds: readonly (readonly (number | bigint | null)[])[],
  lots: readonly number[],
  least = 1,
): Going {
  const last = extremesOf(left, votes, "fewest")
  if (last.length > 1 && left.length - last.length >= least && areTogetherBehind(last, left, votes)) {
    return { out: last, by: "together" }
  }
  const chosen = chooseAmong(last, rounds, "fewest", lots)
  return chosen ? { out: [chosen.option], by: chosen.by } : { tied: last }
}

function areTogetherBehind(
  last: readonly number[],
  left: readonly number[],
  votes: readonly (number | bigint | null)[],
): boolean {
  const others = left.filter((option) => !last.includes(option))
  const [next] = extremesOf(others, votes, "fewest")
  const together = last.reduce((sum, option) => sum + BigInt(votes[option] ?? 0), 0n)
  return next !== undefined && together < BigInt(votes[next] ?? 0)
}

/** The ballots by the option for which they count now. */
class Piles {
  private readonly piles: (number[] | null)[]

  constructor(private readonly profile: Profile) {
    this.piles = allOptions(profile.options).map(() => [])
    this.add(profile.rankings.keys())
  }

  votes(): (number | null)[] {
    const { rankings } = this.profile
    const ballots = (pile: number[]) => pile.reduce((sum, i) => sum + (rankings[i]?.ballots ?? 0), 0)
    return this.piles.map((pile) => (pile === null ? null : ballots(pile)))
  }

  remove(option: number): void {
    const pile = this.piles[option] ?? []
    this.piles[option] = null
    this.add(pile)
  }

  private add(rankings: Iterable<number>): void {
    for (const i of rankings) this.bestLeft(i)?.push(i)
  }

  private bestLeft(i: number): number[] | null {
    const order = this.profile.rankings[i]?.order ?? []
    for (let place = 0; place < order.length; place++) {
      const pile = this.piles[order[place] ?? -1]
      if (pile) return pile
    }
    return null
  }
}

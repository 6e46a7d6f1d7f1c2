/**
 * Instant-runoff voting: each ballot counts for the option that it likes best of those that are left, and whoever has the fewest goes
 * out, until one has more than half of the ballots that still count.
 *
 * Source: Robert's Rules of Order Newly Revised (12th edition), 45:62 to 45:69, "preferential voting". Among equals it is decided as
 * ties.ts says.
 */

import type { Profile } from "./profile"
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
  const { total } = profile
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
    piles.remove(going.out)
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

/** The rankings by the option for which their ballots count now. */
class Piles {
  private readonly piles: number[][]
  private readonly isLeft: Uint8Array

  constructor(private readonly profile: Profile) {
    this.piles = allOptions(profile.options).map(() => [])
    this.isLeft = new Uint8Array(profile.options).fill(1)
    for (let ranking = 0; ranking < profile.length; ranking++) this.add(ranking)
  }

  votes(): (number | null)[] {
    const ballots = (pile: number[]) => pile.reduce((sum, ranking) => sum + this.profile.ballots(ranking), 0)
    return this.piles.map((pile, option) => (this.isLeft[option] === 1 ? ballots(pile) : null))
  }

  /** All at once, so that no ballot goes from one of them to the other. */
  remove(options: readonly number[]): void {
    for (const option of options) this.isLeft[option] = 0
    for (const option of options) for (const ranking of this.piles[option] ?? []) this.add(ranking)
    for (const option of options) this.piles[option] = []
  }

  private add(ranking: number): void {
    const option = this.profile.best(ranking, this.isLeft)
    if (option !== undefined) this.piles[option]?.push(ranking)
  }
}

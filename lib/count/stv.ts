/**
 * The single transferable vote for several seats, by the weighted inclusive Gregory method: whoever reaches the quota is elected, all
 * ballots of an elected option go on at a part of their value, and whoever has the fewest votes goes out.
 *
 * Source: The Scottish Local Government Elections Order 2007 (SSI 2007/42), schedule 1, rules 45 to 52. One thing is added, because
 * it changes nobody's seat: options that are last together, and have less between them than the next one, go out in one stage where
 * the Order would draw lots.
 */

import { whoGoesOut } from "./irv"
import type { Profile } from "./profile"
import { allOptions, chooseAmong, extremesOf, type TieBreak } from "./ties"

/** Votes are whole numbers of a hundred-thousandth, as rule 48 cuts every value off after five decimal places. */
export const VOTE = 100_000n

export type StvStage = {
  /** What was done before the votes stood so. */
  readonly after: "first preferences" | { readonly surplusOf: number } | { readonly out: readonly number[] }
  /** How that was chosen among equals. */
  readonly by: TieBreak | "together"
  /** In hundred-thousandths of a vote, by option. Who is elected keeps the quota once the surplus is transferred; who is out has none. */
  readonly votes: readonly bigint[]
  /** What is with nobody: ballots that rank nobody who is left, and what was cut off. In hundred-thousandths of a vote. */
  readonly notTransferable: bigint
  /** Who is elected by this stage, the most votes first. */
  readonly elected: readonly number[]
}

export type StvCount = {
  /** Votes that are needed to be elected, whole. */
  readonly quota: number
  readonly stages: readonly StvStage[]
  /** In the order in which they were elected. */
  readonly elected: readonly number[]
  /** Who is tied, where the count can go on by lot alone; empty where nobody is. */
  readonly tied: readonly number[]
}

/**
 * @param seats how many are elected; where there are no more options than seats, all are
 * @param lots options in the order of a drawing, if one was held: who of several is drawn first goes out, or is transferred first
 */
export function countStv(profile: Profile, seats: number, lots: readonly number[] = []): StvCount {
  return new Count(profile, seats, lots).run()
}

/** Ballots that came to an option at one value. */
type Parcel = { readonly value: bigint; readonly rankings: number[] }

class Count {
  /** Those that rank somebody. */
  private readonly rankings: number[]
  private readonly valid: number
  private readonly quota: number
  private readonly votes: bigint[]
  private readonly parcels: Parcel[][]
  private readonly isContinuing: Uint8Array
  private readonly surpluses = new Set<number>()
  private readonly elected: number[] = []
  private readonly stages: StvStage[] = []

  constructor(
    private readonly profile: Profile,
    private readonly seats: number,
    private readonly lots: readonly number[],
  ) {
    const options = allOptions(profile.options)
    const all = Array.from({ length: profile.length }, (_, ranking) => ranking)
    this.rankings = all.filter((ranking) => profile.at(ranking, 0) !== undefined)
    this.valid = this.rankings.reduce((sum, ranking) => sum + profile.ballots(ranking), 0)
    this.quota = Math.floor(this.valid / (seats + 1)) + 1
    this.votes = options.map(() => 0n)
    this.parcels = options.map(() => [])
    this.isContinuing = new Uint8Array(profile.options).fill(1)
  }

  run(): StvCount {
    if (this.valid === 0) return this.end()
    this.deal({ value: VOTE, rankings: this.rankings }, VOTE)
    this.note("first preferences", null)
    while (this.vacancies > 0) {
      const tied = this.surpluses.size > 0 ? this.transferSurplus() : this.exclude()
      if (tied) return this.end(tied)
    }
    return this.end()
  }

  private end(tied: readonly number[] = []): StvCount {
    const { quota, stages, elected } = this
    return { quota, stages, elected, tied }
  }

  private get vacancies(): number {
    return Math.min(this.seats, this.profile.options) - this.elected.length
  }

  /** Rules 48 and 49. @returns who is tied for the largest surplus, if that is left to a lot */
  private transferSurplus(): readonly number[] | null {
    const largest = extremesOf([...this.surpluses], this.votes, "most")
    const chosen = chooseAmong(largest, this.votesOfStages(), "most", this.lots)
    if (!chosen) return largest
    const { option, by } = chosen
    const total = this.votes[option] ?? 0n
    const quota = BigInt(this.quota) * VOTE
    for (const parcel of this.take(option)) this.deal(parcel, (parcel.value * (total - quota)) / total)
    this.votes[option] = quota
    this.surpluses.delete(option)
    this.note({ surplusOf: option }, by)
    return null
  }

  /** Rules 50 and 51. @returns who is tied for going out, if that is left to a lot */
  private exclude(): readonly number[] | null {
    const going = whoGoesOut(this.continuing(), this.votes, this.votesOfStages(), this.lots, this.vacancies)
    if ("tied" in going) return going.tied
    for (const option of going.out) this.isContinuing[option] = 0
    for (const option of going.out) {
      this.votes[option] = 0n
      for (const parcel of this.take(option)) this.deal(parcel, parcel.value)
    }
    this.note({ out: going.out }, going.by)
    return null
  }

  private continuing(): number[] {
    return allOptions(this.profile.options).filter((option) => this.isContinuing[option] === 1)
  }

  private votesOfStages(): readonly (readonly bigint[])[] {
    return this.stages.map((stage) => stage.votes)
  }

  private take(option: number): Parcel[] {
    const taken = this.parcels[option] ?? []
    this.parcels[option] = []
    return taken
  }

  /** Gives each ballot to the best of those that continue, at this value. */
  private deal({ rankings }: Parcel, value: bigint): void {
    const dealt = this.votes.map((): number[] => [])
    const ballots = this.votes.map(() => 0)
    for (const ranking of rankings) {
      const option = this.profile.best(ranking, this.isContinuing)
      if (option === undefined) continue
      dealt[option]?.push(ranking)
      ballots[option] = (ballots[option] ?? 0) + this.profile.ballots(ranking)
    }
    for (const [option, parcel] of dealt.entries()) {
      if (parcel.length === 0) continue
      this.parcels[option]?.push({ value, rankings: parcel })
      this.votes[option] = (this.votes[option] ?? 0n) + BigInt(ballots[option] ?? 0) * value
    }
  }

  /** Ends a stage: rules 47 and 52. */
  private note(after: StvStage["after"], by: StvStage["by"]): void {
    const quota = BigInt(this.quota) * VOTE
    const votes = [...this.votes]
    const byVotes = (a: number, b: number) => Number((votes[b] ?? 0n) - (votes[a] ?? 0n)) || a - b
    const elected = this.continuing()
      .filter((option) => (votes[option] ?? 0n) >= quota)
      .sort(byVotes)
    for (const option of elected) if ((votes[option] ?? 0n) > quota) this.surpluses.add(option)
    const rest = this.continuing()
      .filter((option) => !elected.includes(option))
      .sort(byVotes)
    if (rest.length <= this.vacancies - elected.length) elected.push(...rest)
    for (const option of elected) this.isContinuing[option] = 0
    this.elected.push(...elected)
    const credited = votes.reduce((sum, count) => sum + count, 0n)
    this.stages.push({ after, by, votes, notTransferable: BigInt(this.valid) * VOTE - credited, elected })
  }
}

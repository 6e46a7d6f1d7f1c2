/**
 * The single transferable vote by the rules of Scottish councils: who reaches the quota is elected, all ballots of who is elected go
 * on at a part of their value, and who has the fewest goes out. Values are counted in hundred-thousandths of a vote, and the rest is cut off.
 */

import type { Rankings, Winners } from "./decided"
import { extremes, type Going, toldApart, type Votes, whoGoesOut } from "./going-out"

const VOTE = 100_000
const DECIMALS = 5

type Ballot = { ranking: readonly string[]; value: number; at: string | null }
type Act = { surplusOf: string } | { out: string[] } | null
type Round = {
  after: Act
  by: Going["by"]
  votes: Record<string, string>
  notTransferable: string
  elected: string[]
}

export function byTransfer(
  ids: readonly string[],
  rankings: Rankings,
  seats: number,
): Winners & Record<string, unknown> {
  const count = new Count(ids, rankings, seats)
  const tied = rankings.length > 0 ? count.run() : []
  return { quota: count.quota, rounds: count.rounds, winners: count.elected, tied }
}

class Count {
  readonly rounds: Round[] = []
  readonly elected: string[] = []
  readonly quota: number
  private readonly ballots: Ballot[]
  /** Neither elected nor out. */
  private left: string[]
  private readonly out = new Set<string>()
  /** Who was elected with more than the quota that nobody got yet. */
  private surpluses: string[] = []
  /** Who was elected and keeps the quota. */
  private readonly settled = new Set<string>()
  private readonly earlier: Votes[] = []

  constructor(
    private readonly ids: readonly string[],
    rankings: Rankings,
    private readonly seats: number,
  ) {
    this.quota = Math.floor(rankings.length / (seats + 1)) + 1
    this.left = [...ids]
    this.ballots = rankings.map((ranking) => ({ ranking, value: VOTE, at: ranking[0] ?? null }))
  }

  /** @returns who is tied, where only a lot could go on */
  run(): string[] {
    this.note(null, null)
    while (this.vacancies > 0) {
      const tied = this.surpluses.length > 0 ? this.transfer() : this.exclude()
      if (tied.length > 0) return tied
    }
    return []
  }

  private get vacancies(): number {
    return Math.min(this.seats, this.ids.length) - this.elected.length
  }

  private votes(): Votes {
    const votes: Votes = Object.fromEntries(this.ids.map((id) => [id, 0]))
    for (const { at, value } of this.ballots) if (at !== null) votes[at] = (votes[at] ?? 0) + value
    for (const id of this.settled) votes[id] = this.quota * VOTE
    return votes
  }

  private transfer(): string[] {
    const votes = this.votes()
    const largest = extremes(this.surpluses, votes, Math.max)
    const [only = ""] = largest
    const chosen = largest.length === 1 ? only : toldApart(largest, this.earlier, Math.max)
    if (chosen === null) return largest
    const total = votes[chosen] ?? 0
    const surplus = total - this.quota * VOTE
    this.moveOn(chosen, (value) => Number((BigInt(value) * BigInt(surplus)) / BigInt(total)))
    this.settled.add(chosen)
    this.surpluses = this.surpluses.filter((id) => id !== chosen)
    this.note({ surplusOf: chosen }, largest.length === 1 ? null : "earlier round")
    return []
  }

  private exclude(): string[] {
    const { out, by, tied } = whoGoesOut(this.left, this.votes(), this.earlier, this.vacancies)
    if (tied.length > 0) return tied
    this.left = this.left.filter((id) => !out.includes(id))
    for (const id of out) this.out.add(id)
    for (const id of out) this.moveOn(id, (value) => value)
    this.note({ out }, by)
    return []
  }

  /** Gives the ballots of an option to the best that is left on each. */
  private moveOn(from: string, worth: (value: number) => number): void {
    for (const ballot of this.ballots) {
      if (ballot.at !== from) continue
      ballot.value = worth(ballot.value)
      ballot.at = ballot.ranking.find((id) => this.left.includes(id)) ?? null
    }
  }

  /** Ends a round: who has the quota is elected; and all others, where no more are left than seats. */
  private note(after: Act, by: Going["by"]): void {
    const votes = this.votes()
    const byVotes = (ids: string[]) => ids.toSorted((a, b) => (votes[b] ?? 0) - (votes[a] ?? 0))
    const elected = byVotes(this.left.filter((id) => (votes[id] ?? 0) >= this.quota * VOTE))
    this.surpluses.push(...elected.filter((id) => (votes[id] ?? 0) > this.quota * VOTE))
    const others = byVotes(this.left.filter((id) => !elected.includes(id)))
    if (others.length <= this.vacancies - elected.length) elected.push(...others)
    this.left = this.left.filter((id) => !elected.includes(id))
    this.elected.push(...elected)
    this.earlier.push(votes)
    const credited = Object.values(votes).reduce((sum, value) => sum + value, 0)
    const shown = this.ids.filter((id) => !this.out.has(id))
    this.rounds.push({
      ...{ after, by, elected },
      votes: Object.fromEntries(shown.map((id) => [id, decimal(votes[id] ?? 0)])),
      notTransferable: decimal(this.ballots.length * VOTE - credited),
    })
  }
}

/** Hundred-thousandths as votes. */
function decimal(parts: number): string {
  return `${Math.floor(parts / VOTE)}.${`${parts % VOTE}`.padStart(DECIMALS, "0")}`
}

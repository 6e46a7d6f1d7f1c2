/** Decides a poll by its profile, and writes what came of it by the ids of options. */

import { countBorda } from "../count/borda"
import { countIrv } from "../count/irv"
import type { Profile } from "../count/profile"
import { countRankedPairs } from "../count/ranked-pairs"
import type { RatedBallots } from "../count/rating"
import { countStar } from "../count/star"
import { countStv, type StvStage, VOTE } from "../count/stv"
import type { RankingDecision, StarDecision } from "../polls/decision"
import type { BordaOutcome, CondorcetOutcome, IrvOutcome, Outcome, StarOutcome, StvOutcome } from "./outcome"
import { isDecided, turnoutOf } from "./turnout"

export type Election = {
  /** The id of each option of the profile. */
  ids: readonly string[]
  abstained: number
} & (
  | {
      decision: RankingDecision
      /** The ballots that rank somebody. */
      profile: Profile
    }
  | {
      decision: StarDecision
      /** The ballots that rate somebody, by what they say. */
      rated: Iterable<RatedBallots>
    }
)

type Common = Pick<Outcome, "seats" | "ballots" | "abstained" | "quorum" | "quorate" | "eligible">

/** What these ballots decide: the same, in whatever order they are told. */
export function decide(election: Election): Outcome {
  const outcome = counted(election)
  return isDecided(outcome) ? outcome : { ...outcome, winners: [], tied: [] }
}

function counted(election: Election): Outcome {
  const { ids, abstained, decision } = election
  const { rule, seats } = decision
  const names = new Names(ids)
  const commonOf = (said: number): Common => ({ seats, ...turnoutOf(decision, said + abstained, abstained) })
  if ("rated" in election) return byScores(names, election.rated, commonOf)
  const { profile } = election
  const common = commonOf(profile.total)
  if (rule === "irv") return byRunoff(names, profile, common)
  if (rule === "stv") return byTransfer(names, profile, common)
  if (rule === "condorcet") return byPairs(names, profile, common)
  return byPoints(names, profile, common)
}

/** What options are called. */
class Names {
  constructor(private readonly ids: readonly string[]) {}

  get count(): number {
    return this.ids.length
  }

  of(option: number): string {
    const id = this.ids[option]
    if (id === undefined) throw new RangeError(`There is no option ${option}.`)
    return id
  }

  all(options: readonly number[]): string[] {
    return options.map((option) => this.of(option))
  }

  /** By id; those without a value are left out. */
  record<T>(find: (option: number) => T | null): Record<string, T> {
    return Object.fromEntries(
      this.ids.flatMap((id, option) => {
        const value = find(option)
        return value === null ? [] : [[id, value]]
      }),
    )
  }
}

function byRunoff(names: Names, profile: Profile, common: Common): IrvOutcome {
  const { rounds, winner, tied } = countIrv(profile)
  return {
    rule: "irv",
    ...common,
    winners: winner === null ? [] : [names.of(winner)],
    tied: names.all(tied),
    rounds: rounds.map(({ votes, exhausted, out, by }) => ({
      votes: names.record((option) => votes[option] ?? null),
      ...{ exhausted, out: names.all(out), by },
    })),
  }
}

function byTransfer(names: Names, profile: Profile, common: Common): StvOutcome {
  const { quota, stages, elected, tied } = countStv(profile, common.seats)
  const gone = new Set<number>()
  return {
    rule: "stv",
    ...common,
    ...{ quota, winners: names.all(elected), tied: names.all(tied) },
    rounds: stages.map(({ after, by, votes, notTransferable, elected: byThis }) => {
      for (const option of outIn(after)) gone.add(option)
      return {
        after: nameAct(names, after),
        by,
        votes: names.record((option) => (gone.has(option) ? null : decimal(votes[option] ?? 0n))),
        ...{ notTransferable: decimal(notTransferable), elected: names.all(byThis) },
      }
    }),
  }
}

function outIn(after: StvStage["after"]): readonly number[] {
  return typeof after === "object" && "out" in after ? after.out : []
}

function nameAct(names: Names, after: StvStage["after"]): StvOutcome["rounds"][number]["after"] {
  if (after === "first preferences") return null
  return "surplusOf" in after ? { surplusOf: names.of(after.surplusOf) } : { out: names.all(after.out) }
}

const DECIMALS = String(VOTE).length - 1

/** Hundred-thousandths of a vote as votes. */
function decimal(parts: bigint): string {
  return `${parts / VOTE}.${String(parts % VOTE).padStart(DECIMALS, "0")}`
}

function byPairs(names: Names, profile: Profile, common: Common): CondorcetOutcome {
  const { pairs, majorities, winner, tied } = countRankedPairs(profile)
  return {
    rule: "condorcet",
    ...common,
    winners: winner === null ? [] : [names.of(winner)],
    tied: names.all(tied),
    pairs: names.record((one) =>
      names.record((other) => (one === other ? null : pairs.preferring(one, other))),
    ),
    majorities: majorities.map(({ preferred, to, margin, isKept }) => ({
      ...{ preferred: names.of(preferred), to: names.of(to), margin, kept: isKept },
    })),
  }
}

function byPoints(names: Names, profile: Profile, common: Common): BordaOutcome {
  const { halfPoints, elected, tied } = countBorda(profile, common.seats)
  const points = (halves: number) => `${Math.floor(halves / 2)}${halves % 2 === 0 ? "" : ".5"}`
  return {
    rule: "borda",
    ...common,
    ...{ winners: names.all(elected), tied: names.all(tied) },
    points: names.record((option) => points(halfPoints[option] ?? 0)),
  }
}

function byScores(
  names: Names,
  ballots: Iterable<RatedBallots>,
  commonOf: (said: number) => Common,
): StarOutcome {
  const { rated, finalists, runoff, winner, tied, all } = countStar(names.count, ballots)
  return {
    rule: "star",
    ...commonOf(all),
    winners: winner === null ? [] : [names.of(winner)],
    tied: names.all(tied),
    rated: names.record((option) => rated[option] ?? null),
    finalists: names.all(finalists),
    runoff: runoff && {
      votes: Object.fromEntries(finalists.map((option, i) => [names.of(option), runoff.votes[i] ?? 0])),
      equal: runoff.equal,
    },
  }
}

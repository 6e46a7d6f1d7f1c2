/**
 * Thousands of random profiles, counted by lib/count and by other people's programs: pref-voting, votekit and starvote (PyPI), and
 * caritat (npm). Where they differ it is by rule, and each test says which rule, and who follows it.
 */

import { beforeAll, describe, expect, test } from "bun:test"
import { countBorda } from "@tallyroom/lib/count/borda"
import { countIrv, type IrvRound } from "@tallyroom/lib/count/irv"
import { condorcetWinner, pairsOf } from "@tallyroom/lib/count/pairs"
import { Profile } from "@tallyroom/lib/count/profile"
import { countRankedPairs } from "@tallyroom/lib/count/ranked-pairs"
import { countStar } from "@tallyroom/lib/count/star"
import { countStv, type StvCount, VOTE } from "@tallyroom/lib/count/stv"
import { allOptions, extremesOf } from "@tallyroom/lib/count/ties"
import { type Election, electionsFrom } from "./count-others/profiles"
import {
  type ByPrefVoting,
  type ByVotekit,
  countByPrefVoting,
  countByVotekit,
  ensurePrograms,
  wonDuels,
} from "./count-others/programs"

const SEED = 19
const ELECTIONS = 2_500
/** votekit takes a tenth of a second for each. */
const VOTEKIT_ELECTIONS = 300
const PROGRAMS_MS = 600_000

const programs = await ensurePrograms("pref-voting", "votekit")
const elections = electionsFrom(SEED, ELECTIONS)
const profiles = elections.map(({ options, rankings }) => new Profile(options, rankings))

/** Compares each election, and prints how many had which outcome. */
function compare<Theirs>(
  theirs: readonly Theirs[],
  judge: (profile: Profile, election: Election, theirs: Theirs) => string,
): Map<string, number> {
  const outcomes = new Map<string, number>()
  for (const [i, their] of theirs.entries()) {
    const [profile, election] = [profiles[i], elections[i]]
    if (!profile || !election) throw new Error("There are more answers than elections.")
    const outcome = judge(profile, election, their)
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
  console.log(
    [...outcomes].map(([outcome, count]) => `  ${count.toLocaleString("en")} ${outcome}`).join("\n"),
  )
  return outcomes
}

const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b)

/** Throws with the election, so that it can be counted by hand. */
function same(ours: unknown, theirs: unknown, election: Election): void {
  expect({ election, count: ours }).toEqual({ election, count: theirs })
}

describe.skipIf(typeof programs === "string")(
  `lib/count and other people's programs${typeof programs === "string" ? ` (skipped: ${programs})` : ""}`,
  () => {
    let byPrefVoting: ByPrefVoting[]
    let byVotekit: ByVotekit[]

    beforeAll(async () => {
      if (typeof programs === "string") return
      byPrefVoting = await countByPrefVoting(programs.pythons["pref-voting"], elections)
      byVotekit = await countByVotekit(programs.pythons.votekit, elections.slice(0, VOTEKIT_ELECTIONS))
      expect(byPrefVoting).toHaveLength(ELECTIONS)
      expect(byVotekit).toHaveLength(VOTEKIT_ELECTIONS)
    }, PROGRAMS_MS)

    test("pairs have the margins of pref-voting, and the same Condorcet winner", () => {
      const outcomes = compare(byPrefVoting, (profile, election, theirs) => {
        const pairs = pairsOf(profile)
        const all = allOptions(profile.options)
        same(
          all.map((a) => all.map((b) => (a === b ? 0 : pairs.margin(a, b)))),
          theirs.margins,
          election,
        )
        const winner = condorcetWinner(pairs)
        same(winner, theirs.condorcet, election)
        return winner === null ? "without a Condorcet winner" : "with one"
      })
      expect(outcomes.size).toBe(2)
    })

    /**
     * pref-voting names whoever wins by some order of equal margins (Tideman's lot), and takes a tie between two options for a margin of 0
     * either way. We look at equal margins together. So both say the same wherever no two margins are equal, ties of two aside; elsewhere
     * we name nobody whom no order of them would let win, and leave more open than they do at most.
     */
    test("ranked pairs have the winner of pref-voting, and where margins are equal one of its winners", () => {
      const outcomes = compare(byPrefVoting, (profile, election, { rankedPairs }) => {
        const { winner, tied, majorities } = countRankedPairs(profile)
        if (rankedPairs === null) return "with too many orders of equal margins to be tried"
        const ours = winner === null ? tied : [winner]
        const margins = majorities.map(({ margin }) => margin)
        if (profile.total === 0) return "without votes"
        if (new Set(margins).size === margins.length) {
          same(sorted(ours), sorted(rankedPairs), election)
          return "with different margins: the same winners"
        }
        same(
          ours.filter((option) => !rankedPairs.includes(option)),
          [],
          election,
        )
        return ours.length === rankedPairs.length
          ? "with equal margins: the same winners"
          : `with equal margins: ${ours.length < rankedPairs.length ? "fewer" : "more"} winners than by the lot`
      })
      expect(outcomes.get("with different margins: the same winners")).toBeGreaterThan(200)
    })

    test("the Borda count has the scores of pref-voting, which counts from the middle", () => {
      compare(byPrefVoting, (profile, election, { borda }) => {
        // Below less above is 2 × points − (n − 1) for each ballot; an empty one gives all (n − 1) / 2.
        const middle = profile.total * (profile.options - 1)
        same(
          countBorda(profile).halfPoints,
          borda.map((score) => score + middle),
          election,
        )
        return "the same scores"
      })
    })

    /**
     * pref-voting tries every way in which ties could be broken ("parallel universes"). We break them by earlier rounds (SSI 2007/42, rule
     * 51), which chooses one of these ways, or leaves fewer of them to the lot; otherwise all lots together are all of them.
     */
    test("instant-runoff voting has the winner of pref-voting, and with every lot one of its winners", () => {
      const outcomes = compare(byPrefVoting, (profile, election, theirs) => {
        const { winner, rounds } = countIrv(profile)
        if (rounds.every(({ votes }) => votes.every((count) => !count))) return "without votes"
        const byEarlierRound = rounds.some(({ by }) => by === "earlier round")
        if (winner !== null) {
          if (byEarlierRound) same(theirs.irv.includes(winner), true, election)
          else same([winner], theirs.irv, election)
          return `with a winner${byEarlierRound ? ", by an earlier round: one of theirs" : ": the same"}`
        }
        const drawings = profile.options <= 5 ? orders(allOptions(profile.options)) : [election.lots]
        const counts = drawings.map((lots) => countIrv(profile, lots))
        const winners = new Set(counts.map((count) => count.winner))
        same(
          [...winners].filter((it) => it === null || !theirs.irv.includes(it)),
          [],
          election,
        )
        const isAll = profile.options <= 5 && !counts.some((count) => looksBack(count.rounds))
        if (isAll) same(sorted([...winners].flatMap((it) => it ?? [])), sorted(theirs.irv), election)
        return isAll ? "tied: by all lots the same winners" : "tied: by lots some of theirs"
      })
      expect(outcomes.get("with a winner: the same")).toBeGreaterThan(1_000)
      expect(outcomes.get("tied: by all lots the same winners")).toBeGreaterThan(20)
    })

    /** Both count by SSI 2007/42, and get the same drawing of lots. pref-voting counts in floating point, we don't. */
    test("the single transferable vote elects whom pref-voting's Scottish rules elect, ties included", () => {
      compare(byPrefVoting, (profile, election, theirs) => {
        const { elected, stages, tied } = countStv(profile, election.seats, election.lots)
        if (stages.length === 0) return "without votes"
        same(tied, [], election)
        same(sorted(elected), theirs.stv, election)
        return stages.some(({ by }) => by === "lot") ? "with lots: the same" : "without: the same"
      })
    })

    /**
     * votekit transfers the surpluses of a stage at once and in whole fractions, the Order one after the other and cut off after five
     * places; it draws lots of its own. So both elect the same wherever no two surpluses wait, and nothing is as close as a few of the
     * last places.
     */
    test("the single transferable vote elects whom votekit elects, where one surplus waits and nothing is close", () => {
      const outcomes = compare(byVotekit, (profile, election, theirs) => {
        if (theirs.stv === null) return "with too few rankings for votekit"
        const count = countStv(profile, election.seats)
        const byRule = differenceByRule(profile, count)
        if (byRule === null) same(sorted(count.elected), theirs.stv, election)
        return byRule ?? "the same"
      })
      expect(outcomes.get("the same")).toBeGreaterThan(20)
    })

    test("instant-runoff voting has the winner of votekit, where it needs no lot", () => {
      const outcomes = compare(byVotekit, (profile, election, theirs) => {
        const { winner, rounds } = countIrv(profile)
        if (winner === null || theirs.irv === null) return "tied, or without votes"
        if (rounds.some(({ by }) => by === "earlier round"))
          return "by an earlier round, where votekit draws lots"
        same([winner], theirs.irv, election)
        return "the same"
      })
      expect(outcomes.get("the same")).toBeGreaterThan(100)
    })

    /**
     * starvote goes on where we say that it is a tie: it looks for whom more ballots rate highest. Among three or more equal sums it adds
     * up in how many pairs each ballot prefers an option, where starvoting.org counts the pairs that an option loses. And it takes
     * an option that nobody rates for one that all rate 0, which may so tie for the runoff; it gets no seat by any of our rules.
     */
    test("STAR has the winner of starvote, but for its further rules of ties", () => {
      const outcomes = compare(byPrefVoting, (_, election, { star }) => {
        const { winner, finalists, tied, rated } = countStar(election.options, election.rated)
        const isOfThree = threeEqual(rated.map(({ sum }) => sum))
        if (isOfThree) return "three sums are equal at the second place: other rules"
        const hasUnrated = rated.some(({ ratings }) => ratings === 0)
        if (winner !== null && star.winner === null && hasUnrated) return "tied with whom nobody rates"
        if (winner !== null) {
          same(winner, star.winner, election)
          return "the same winner"
        }
        if (star.winner === null) return "tied for both"
        // Whoever wins by starvote's further rules is one of those between whom we leave it open, or is the one who is already in.
        same([...tied, ...finalists].includes(star.winner), true, election)
        return "tied, where starvote counts the highest ratings: one of these"
      })
      expect(outcomes.get("the same winner")).toBeGreaterThan(1_000)
    })
  },
)

test("pairs are won as caritat counts them", async () => {
  let duels = 0
  for (const [i, profile] of profiles.slice(0, 1_000).entries()) {
    const election = elections[i]
    if (!election) throw new Error("There are more profiles than elections.")
    const { margin } = pairsOf(profile)
    const all = allOptions(profile.options)
    const won = all.map((a) => all.filter((b) => a !== b && margin(a, b) > 0).length)
    same(won, await wonDuels(election), election)
    duels += (profile.options * (profile.options - 1)) / 2
  }
  console.log(`  ${duels.toLocaleString("en")} pairs: the same`)
})

function orders(values: readonly number[]): number[][] {
  if (values.length <= 1) return [[...values]]
  return values.flatMap((first) =>
    orders(values.filter((it) => it !== first)).map((rest) => [first, ...rest]),
  )
}

/** Whether options that were last together had different votes in an earlier round, so that not every one of them could go out. */
function looksBack(rounds: readonly IrvRound[]): boolean {
  return rounds.some(({ votes }, i) => {
    const left = allOptions(votes.length).filter((option) => votes[option] !== null)
    const last = extremesOf(left, votes, "fewest")
    return rounds.slice(0, i).some((earlier) => new Set(last.map((option) => earlier.votes[option])).size > 1)
  })
}

const CLOSE = VOTE / 100n

/** Null where the rules of votekit and of the Scottish Order must elect the same. */
function differenceByRule(profile: Profile, { stages, tied, quota, elected }: StvCount): string | null {
  if (stages.length === 0) return "without votes"
  if (tied.length > 0 || stages.some(({ by }) => by !== null)) return "with equal votes"
  if (elected.length === 0) return "without votes"
  const isClose = stages.some(({ votes }) => {
    const left = votes.filter((count) => count > 0n)
    const marks = [...left, BigInt(quota) * VOTE].sort((a, b) => (a < b ? -1 : 1))
    return marks.some((mark, i) => {
      const gap = mark - (marks[i - 1] ?? -VOTE)
      return gap < CLOSE && gap > 0n
    })
  })
  if (isClose) return "closer than a hundredth of a vote"
  const waiting = stages.some(
    ({ votes }) =>
      allOptions(profile.options).filter((it) => (votes[it] ?? 0n) > BigInt(quota) * VOTE).length > 1,
  )
  return waiting ? "with several surpluses at once" : null
}

/** Whether three or more options have equal sums where the second finalist is found. */
function threeEqual(sums: readonly number[]): boolean {
  const second = sums.toSorted((a, b) => b - a)[1]
  return sums.filter((sum) => sum === second).length >= 3
}

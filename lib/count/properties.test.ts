/** What must be so for every profile, by random ones from a fixed seed. */

import { expect, test } from "bun:test"
import fc from "fast-check"
import { countBorda } from "./borda"
import { countIrv } from "./irv"
import { condorcetWinner, pairsOf } from "./pairs"
import { Profile, type Ranking } from "./profile"
import { countRankedPairs } from "./ranked-pairs"
import type { RatedBallots } from "./rating"
import { countStar } from "./star"
import { countStv } from "./stv"
import { allOptions } from "./ties"

const RUNS = { seed: 19, numRuns: 100 }

type Rankings = { options: number; seats: number; rankings: { order: number[]; ballots: number }[] }

/** Few ballots and few of a kind, so that many votes are equal. */
const rankingsOf = fc.integer({ min: 3, max: 6 }).chain((options) =>
  fc.record({
    options: fc.constant(options),
    seats: fc.integer({ min: 1, max: options }),
    rankings: fc.array(
      fc.record({
        order: fc.shuffledSubarray(allOptions(options)),
        ballots: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 1_000 })),
      }),
      { maxLength: 12 },
    ),
  }),
)

const lotsOf = (options: number) => fc.shuffledSubarray(allOptions(options), { minLength: options })

/** Everything that is counted from a profile. */
function resultOf({ options, seats }: Rankings, rankings: readonly Ranking[], lots?: readonly number[]) {
  const profile = new Profile(options, rankings)
  const { pairs, ...rankedPairs } = countRankedPairs(profile)
  return {
    borda: countBorda(profile, seats),
    irv: countIrv(profile, lots),
    stv: countStv(profile, seats, lots),
    rankedPairs,
    margins: allOptions(options).map((a) => allOptions(options).map((b) => pairs.margin(a, b))),
  }
}

test("the order of rankings changes nothing", () => {
  fc.assert(
    fc.property(
      rankingsOf.chain((it) =>
        fc.record({
          it: fc.constant(it),
          shuffled: fc.shuffledSubarray(it.rankings, { minLength: it.rankings.length }),
        }),
      ),
      ({ it, shuffled }) => {
        expect(resultOf(it, shuffled)).toEqual(resultOf(it, it.rankings))
      },
    ),
    RUNS,
  )
})

test("a ranking in several parts, as shards and batches bring it, is the same as one", () => {
  fc.assert(
    fc.property(rankingsOf, fc.nat(), (it, part) => {
      const parts = it.rankings.flatMap(({ order, ballots }) => {
        const first = part % ballots
        return first === 0
          ? [{ order, ballots }]
          : [
              { order, ballots: first },
              { order, ballots: ballots - first },
            ]
      })
      expect(resultOf(it, parts)).toEqual(resultOf(it, it.rankings))
    }),
    RUNS,
  )
})

/** The result of options that were renamed, with their old names and in the old order. */
test("other names, or another order of options on the ballot, change no result", () => {
  fc.assert(
    fc.property(
      rankingsOf.chain((it) => fc.record({ it: fc.constant(it), nameOf: lotsOf(it.options) })),
      ({ it, nameOf }) => {
        const name = (option: number) => nameOf[option] ?? -1
        const names = (some: readonly number[]) => some.map(name).sort((a, b) => a - b)
        const renamed = it.rankings.map(({ order, ballots }) => ({ order: order.map(name), ballots }))
        const before = resultOf(it, it.rankings)
        const after = resultOf(it, renamed)
        const same = (now: readonly number[], then: readonly number[]) =>
          expect(now.toSorted((a, b) => a - b)).toEqual(names(then))
        same(after.borda.elected, before.borda.elected)
        same(after.borda.tied, before.borda.tied)
        same([after.irv.winner ?? []].flat(), [before.irv.winner ?? []].flat())
        same(after.irv.tied, before.irv.tied)
        expect(after.irv.rounds.length).toBe(before.irv.rounds.length)
        same(after.stv.elected, before.stv.elected)
        same(after.stv.tied, before.stv.tied)
        expect(after.stv.stages.map(({ notTransferable }) => notTransferable)).toEqual(
          before.stv.stages.map(({ notTransferable }) => notTransferable),
        )
        same([after.rankedPairs.winner ?? []].flat(), [before.rankedPairs.winner ?? []].flat())
        same(after.rankedPairs.tied, before.rankedPairs.tied)
      },
    ),
    RUNS,
  )
})

test("a lot that is not needed changes nothing, and one that is leaves no tie", () => {
  let needed = 0
  fc.assert(
    fc.property(
      rankingsOf.chain((it) => fc.record({ it: fc.constant(it), lots: lotsOf(it.options) })),
      ({ it, lots }) => {
        const without = resultOf(it, it.rankings)
        const drawn = resultOf(it, it.rankings, lots)
        for (const rule of ["irv", "stv"] as const) {
          if (without[rule].tied.length === 0) expect(drawn[rule]).toEqual(without[rule])
          else needed += 1
          expect(drawn[rule].tied).toEqual([])
        }
      },
    ),
    RUNS,
  )
  expect(needed).toBeGreaterThan(10)
})

test("votes are neither lost nor made from one round or stage to the next", () => {
  fc.assert(
    fc.property(rankingsOf, (it) => {
      const { total } = new Profile(it.options, it.rankings)
      const { irv, stv } = resultOf(it, it.rankings)
      for (const { votes, exhausted } of irv.rounds)
        expect(votes.reduce<number>((sum, count) => sum + (count ?? 0), exhausted)).toBe(total)
      const sums = stv.stages.map(({ votes, notTransferable }) =>
        votes.reduce((sum, count) => sum + count, notTransferable),
      )
      expect(new Set(sums).size).toBeLessThanOrEqual(1)
      expect(stv.stages.every(({ notTransferable }) => notTransferable >= 0n)).toBe(true)
    }),
    RUNS,
  )
})

test("nobody has two seats, and no more have one than there are, unless nobody voted", () => {
  fc.assert(
    fc.property(
      rankingsOf.chain((it) => fc.record({ it: fc.constant(it), lots: lotsOf(it.options) })),
      ({ it, lots }) => {
        const { stv } = resultOf(it, it.rankings, lots)
        expect(new Set(stv.elected).size).toBe(stv.elected.length)
        expect(stv.elected.length).toBe(stv.stages.length === 0 ? 0 : it.seats)
      },
    ),
    RUNS,
  )
})

test("ranked pairs elect the Condorcet winner, whom Borda never puts last and who loses no runoff of two", () => {
  let found = 0
  fc.assert(
    fc.property(rankingsOf, (it) => {
      const profile = new Profile(it.options, it.rankings)
      const winner = condorcetWinner(pairsOf(profile))
      if (winner === null) return
      found += 1
      expect(countRankedPairs(profile).winner).toBe(winner)
      const { halfPoints } = countBorda(profile)
      expect(halfPoints[winner]).toBeGreaterThan(Math.min(...halfPoints))
      const { rounds, ...irv } = countIrv(profile)
      const lastTwo = rounds.at(-1)?.votes.filter((count) => count !== null).length === 2
      if (lastTwo && rounds.at(-1)?.votes[winner] !== null) expect(irv.winner).toBe(winner)
    }),
    RUNS,
  )
  expect(found).toBeGreaterThan(30)
})

test("whoever is first on more than half of the ballots wins by every rule but the Borda count", () => {
  fc.assert(
    fc.property(rankingsOf, fc.nat(), (it, favourite) => {
      const first = favourite % it.options
      const others = it.rankings.reduce((sum, { ballots }) => sum + ballots, 0)
      const rankings = [...it.rankings, { order: [first], ballots: others + 1 }]
      const { irv, stv, rankedPairs } = resultOf({ ...it, seats: 1 }, rankings)
      expect([irv.winner, stv.elected, rankedPairs.winner]).toEqual([first, [first], first])
    }),
    RUNS,
  )
})

const ratedOf = fc.integer({ min: 2, max: 6 }).chain((options) =>
  fc.array(
    fc.record({
      ratings: fc.array(fc.option(fc.nat({ max: 5 })), { minLength: options, maxLength: options }),
      ballots: fc.integer({ min: 1, max: 5 }),
    }),
    { minLength: 1, maxLength: 10 },
  ),
)

test("STAR depends neither on the order of ballots nor on that of options", () => {
  fc.assert(
    fc.property(ratedOf, (rated: RatedBallots[]) => {
      const options = rated[0]?.ratings.length ?? 0
      const turned = rated.map(({ ratings, ballots }) => ({ ratings: ratings.toReversed(), ballots }))
      const count = countStar(options, rated)
      expect(countStar(options, rated.toReversed())).toEqual(count)
      const other = countStar(options, turned)
      const back = (option: number) => options - 1 - option
      expect(other.winner === null ? null : back(other.winner)).toBe(count.winner)
      expect(other.tied.map(back).toSorted()).toEqual(count.tied.toSorted())
    }),
    RUNS,
  )
})

/** What a plan says of loads whose needs can be reckoned by hand, and what holds for all of them. */

import { expect, test } from "bun:test"
import fc from "fast-check"
import { COSTS, EXPECTED, LIVE, POLICY } from "../testing/costs"
import { sumOf } from "./bandwidth"
import { loadOf } from "./load"
import { planFor } from "./plan"
import { asksOf } from "./work"

test("votes are told a second, of the busiest one, and each open page asks once a second where there are few", () => {
  const expected = { ...EXPECTED, voters: 60_000, minutes: 10, peak: 3, stay: 20 }
  expect(loadOf(expected)).toMatchObject({ votes: 300, pages: 300, openPages: 6_000, asking: 6_000 })
  expect(planFor(expected, POLICY, COSTS, LIVE).asks).toBe(6_000)
})

test("more open pages than vote answers ask as often as it answers, and each every 15 seconds at least", () => {
  const asks = (asking: number, processes: number) => asksOf({ asking }, processes, LIVE)
  expect([asks(10_000, 1), asks(30_000, 1), asks(30_000, 2), asks(30_000, 4)]).toEqual([
    ...[10_000, 10_000, 20_000, 30_000],
  ])
  expect(asks(300_000, 1)).toBe(20_000)
})

test("what pages ask makes a vote process no busier than so many answers do, however many pages there are", () => {
  const { work, needed, load, asks } = planFor(
    { ...EXPECTED, voters: 600_000, stay: 30 },
    POLICY,
    COSTS,
    LIVE,
  )
  expect(load.asking).toBe(300_000)
  expect(work.vote.asks).toBeCloseTo(needed.vote * LIVE.asksPerSecond * COSTS.ask)
  expect(asks).toBe(needed.vote * LIVE.asksPerSecond)
})

test("no more pages are open than there are voters", () => {
  expect(loadOf({ ...EXPECTED, voters: 1_000, stay: 3_600 }).openPages).toBe(1_000)
})

test("behind a CDN nobody asks vote how the poll stands, and nobody loads files or results; ballot pages and sockets still come from us", () => {
  const behind = loadOf({ ...EXPECTED, viewers: 600, stay: 30, cdn: true })
  expect(behind).toMatchObject({ pages: 1_000, openPages: 30_000, asking: 0, files: 0, resultsPages: 0 })
  expect(behind.arrivals).toBe(10)
})

test("CPU is votes and pages times their µs", () => {
  const { cores } = planFor({ ...EXPECTED, stay: 10 }, POLICY, COSTS, LIVE)
  // 1,000 votes of 40 µs, as many pages of 50 µs, and 10,000 questions of 10 µs.
  expect(cores.vote).toBeCloseTo(0.04 + 0.05 + 0.1)
  expect(cores.redis).toBeCloseTo(0.02)
  expect(cores.postgres).toBeCloseTo(0.01)
})

test("ballots that take twice as much CPU make vote, Redis, worker and Postgres twice as busy, and their pages no more", () => {
  const twice = { ...COSTS, method: { accept: 2, count: 2 } }
  const { cores } = planFor(EXPECTED, POLICY, twice, LIVE)
  expect(cores.vote).toBeCloseTo(0.08 + 0.05)
  expect(cores.redis).toBeCloseTo(0.04)
  expect(cores.worker).toBeCloseTo(0.02)
  expect(cores.postgres).toBeCloseTo(0.02)
})

test("where one Redis would be too busy there is a cluster of three masters at least, with as many shards each and a replica", () => {
  const one = planFor({ ...EXPECTED, voters: 1_500_000 }, POLICY, COSTS, LIVE)
  const more = planFor({ ...EXPECTED, voters: 1_560_000 }, POLICY, COSTS, LIVE)
  expect({ ...one.needed, ...one.run }).toMatchObject({ redis: 1, shards: 4 })
  expect(more.needed).toMatchObject({ redis: 3, shards: 6 })
  expect(more.run.redis).toBe(6)
})

test("more shards make more commits, and counting the same votes dearer", () => {
  const busy = { ...EXPECTED, voters: 1_500_000 }
  const few = planFor(busy, POLICY, COSTS, LIVE)
  const many = planFor({ ...busy, voters: 1_560_000 }, POLICY, COSTS, LIVE)
  const each = (plan: typeof few) => plan.cores.postgres / plan.load.votes
  expect(each(many)).toBeGreaterThan(each(few) * 1.1)
})

test("a crowd that is greater than one result process may hold is shared, and each viewer gets fewer pictures than a small one does", () => {
  const small = planFor({ ...EXPECTED, viewers: 100 }, POLICY, COSTS, LIVE)
  const great = planFor({ ...EXPECTED, viewers: 50_000 }, POLICY, COSTS, LIVE)
  expect(small.pictures).toBe(40)
  expect(great.needed.result).toBe(3)
  expect(great.pictures).toBeCloseTo(1.2)
})

test("nobody gets more pictures a second than there are votes", () => {
  expect(planFor({ ...EXPECTED, voters: 120, viewers: 10 }, POLICY, COSTS, LIVE).pictures).toBe(2)
})

test("Redis remembers all voters and what may wait, twice; Postgres holds its index in memory", () => {
  const { sizes } = planFor(EXPECTED, POLICY, COSTS, LIVE)
  expect(sizes.backlog).toBe(60_000)
  expect(sizes.memory.redis).toBe(2 * (60_000 * 100 + 60_000 * 50))
  expect(sizes.memory.postgres).toBe(1024 ** 3 / 2 + 60_000 * 80)
  expect(sizes.disk.postgres).toBeCloseTo((60_000 * (200 + 300)) / 0.6)
})

test("the bytes of an event are those of its busiest second as often as it has seconds, where it has no peak", () => {
  const { total, traffic } = planFor({ ...EXPECTED, viewers: 600 }, POLICY, COSTS, LIVE)
  expect(total.out).toBeCloseTo(sumOf(traffic).out * 60)
})

test("a peak changes what must run, and not how much is sent in all", () => {
  const even = planFor({ ...EXPECTED, minutes: 10, stay: 20 }, POLICY, COSTS, LIVE)
  const steep = planFor({ ...EXPECTED, minutes: 10, stay: 20, peak: 5 }, POLICY, COSTS, LIVE)
  expect(steep.cores.vote).toBeGreaterThan(even.cores.vote * 4)
  expect(steep.total).toEqual(even.total)
})

test("a link that is too narrow is the first that is full, above all of it", () => {
  const { limits } = planFor({ ...EXPECTED, stay: 30 }, { ...POLICY, linkBits: 1e6 }, COSTS, LIVE)
  expect(limits[0]?.name).toBe("the link to the people")
  expect(limits[0]?.used).toBeGreaterThan(1)
})

test("where a process takes more by itself than it may, no number of them is enough, and that is said", () => {
  const votes = { ...COSTS.votes, result: [[0, 0.2]] as const }
  const busy = { ...POLICY, busy: 0.1 }
  expect(() => planFor(EXPECTED, busy, { ...COSTS, votes }, LIVE)).toThrow("No number of result is enough")
})

test("when a result process dies the others have its work, and its viewers who come back, to themselves", () => {
  const { limits, run } = planFor({ ...EXPECTED, viewers: 60_000 }, POLICY, COSTS, LIVE)
  expect(run.result).toBe(4)
  const named = (name: string) => limits.find((it) => it.name === name)?.used ?? Number.NaN
  // 15,000 viewers are back within 3 s, for 100 µs each: half a core for three processes.
  const alone = (named("a result process's thread") * 4) / 3
  expect(named("the others, when a result dies")).toBeCloseTo(alone + 0.5 / 3)
})

test("each result process and each worker takes connections of Postgres, which has so many", () => {
  const { limits, run } = planFor({ ...EXPECTED, viewers: 300_000 }, POLICY, COSTS, LIVE)
  expect(run).toMatchObject({ result: 16, worker: 2 })
  const connections = limits.find(({ name }) => name === "Postgres's connections")
  expect(connections?.used).toBeCloseTo((16 * 10 + 2 * 11) / 200)
})

const events = fc.record({
  voters: fc.integer({ min: 1, max: 100_000_000 }),
  minutes: fc.integer({ min: 1, max: 300 }),
  viewers: fc.integer({ min: 0, max: 1_000_000 }),
  peak: fc.integer({ min: 1, max: 20 }),
  stay: fc.integer({ min: 0, max: 120 }),
  cdn: fc.boolean(),
})

test("no process is busier than it may be, none has more viewers than it may, and there are always two of an app", () => {
  fc.assert(
    fc.property(events, (expected) => {
      const { needed, run, cores } = planFor(expected, POLICY, COSTS, LIVE)
      for (const part of ["vote", "redis", "worker", "result"] as const)
        expect(cores[part] / needed[part]).toBeLessThanOrEqual(POLICY.busy)
      expect(expected.viewers / needed.result).toBeLessThanOrEqual(LIVE.mostViewers)
      expect(run.shards % needed.redis).toBe(0)
      for (const app of ["vote", "worker", "result"] as const)
        expect(run[app]).toBe(Math.max(2, needed[app] + 1))
    }),
  )
})

test("more voters never need fewer processes, less memory or fewer bytes", () => {
  fc.assert(
    fc.property(events, fc.integer({ min: 1, max: 10_000_000 }), (expected, more) => {
      const few = planFor(expected, POLICY, COSTS, LIVE)
      const many = planFor({ ...expected, voters: expected.voters + more }, POLICY, COSTS, LIVE)
      for (const part of ["vote", "redis", "worker", "result"] as const)
        expect(many.needed[part]).toBeGreaterThanOrEqual(few.needed[part])
      expect(many.sizes.disk.postgres).toBeGreaterThan(few.sizes.disk.postgres)
      expect(many.total.out).toBeGreaterThan(few.total.out)
    }),
  )
})

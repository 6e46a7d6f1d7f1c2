/** The model told back what was measured, where a load is one of those that were. */

import { expect, test } from "bun:test"
import { VOTES_A_SECOND } from "../../bench/benchmarks/crowd"
import { median } from "../../bench/figures/rounds"
import { LIVE } from "../testing/costs"
import { wholeMachine } from "../testing/machine"
import { coresOf, type Shape } from "./cores"
import type { Load } from "./load"
import { PARTS, unitCostsOf } from "./unit-costs"
import { commitsOf } from "./work"

const ONE: Shape = { vote: 1, redis: 1, shards: 4, worker: 1, result: 1 }
const NOBODY: Load = {
  ...{ votes: 0, pages: 0, files: 0, openPages: 0, asking: 0 },
  ...{ viewers: 0, arrivals: 0, resultsPages: 0, resultsFiles: 0 },
}

test("at each rate at which votes were measured every part is as busy as it was", async () => {
  const costs = unitCostsOf(await wholeMachine(), "one")
  for (const part of PARTS)
    for (const [votes, cores] of costs.votes[part])
      expect(coresOf({ ...NOBODY, votes }, ONE, costs, LIVE)[part]).toBeCloseTo(cores, 6)
})

test("beside as many questions as were asked then, vote is as busy as it was, and Redis has its fuller calls", async () => {
  const machine = await wholeMachine()
  const costs = unitCostsOf(machine, "one")
  const { asks } = costs.besideAsks
  const measured = machine.benchmarks.find(({ name }) => name === "unit costs")?.figures ?? []
  const figure = (rate: number, part: string) => {
    const name = `${rate.toLocaleString("en-GB")} votes/s beside ${asks.toLocaleString("en-GB")} asks/s: ${part}`
    return median(measured.find((it) => it.name === name)?.values ?? [])
  }
  const idle = coresOf(NOBODY, ONE, costs, LIVE).redis
  for (const votes of [0, 500, 2_000, 8_000]) {
    const cores = coresOf({ ...NOBODY, votes, asking: asks }, ONE, costs, LIVE)
    expect(cores.vote).toBeCloseTo(figure(votes, "vote"), 6)
    expect(cores.redis - idle).toBeCloseTo(figure(votes, "Redis") - figure(0, "Redis"), 6)
  }
})

test("half as many questions make half the difference, and pages count as what they take", async () => {
  const costs = unitCostsOf(await wholeMachine(), "one")
  const redis = (load: Partial<Load>) => coresOf({ ...NOBODY, votes: 2_000, ...load }, ONE, costs, LIVE).redis
  const { asks } = costs.besideAsks
  const half = (redis({}) + redis({ asking: asks })) / 2
  expect(redis({ asking: asks / 2 })).toBeCloseTo(half, 6)
  expect(redis({ pages: ((asks / 2) * costs.ask) / costs.page })).toBeCloseTo(half, 6)
})

test("a result process with a crowd that was measured is as busy as it was", async () => {
  const machine = await wholeMachine()
  const figure = (name: string) => {
    const crowd = machine.benchmarks.find((it) => it.name === "crowd")?.figures ?? []
    return median(crowd.find((it) => it.name === name)?.values ?? [])
  }
  const pictures = figure("5,000 viewers: new pictures that each gets")
  const micros = figure("5,000 viewers: CPU of a delivered picture, result")
  const live = { ...LIVE, deliveriesPerSecond: 5_000 * pictures }
  const load = { ...NOBODY, votes: VOTES_A_SECOND, viewers: 5_000 }
  const { result } = coresOf(load, ONE, unitCostsOf(machine, "one"), live)
  expect(result).toBeCloseTo(5_000 * pictures * micros * 1e-6, 6)
})

test("a shard that has less than a vote for each commit commits once a vote, and one that has many waits for more of them", () => {
  expect(commitsOf(4, 4)).toBe(4)
  const [few, many] = [commitsOf(400, 4), commitsOf(40_000, 4)]
  expect(few).toBeGreaterThan(many)
  expect(many).toBeLessThan(4 * 20)
})

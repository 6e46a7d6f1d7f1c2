/** Where the unit costs come from. */

import { expect, test } from "bun:test"
import { wholeMachine } from "../testing/machine"
import { METHODS, unitCostsOf } from "./unit-costs"

test.each([...METHODS])(
  "every cost of a poll by %s is a figure that the benchmarks write",
  async (method) => {
    const { taken, votes } = unitCostsOf(await wholeMachine(), method)
    expect(taken.length).toBeGreaterThan(50)
    expect(taken.filter(({ value }) => Number.isNaN(value))).toEqual([])
    expect(votes.vote.map(([rate]) => rate)).toEqual([0, 500, 2_000, 8_000, expect.any(Number)])
  },
)

test("a million votes take so many seconds, and one a millionth of that", async () => {
  const machine = await wholeMachine()
  const { fullBatch, taken } = unitCostsOf(machine, "one")
  const saved = taken.find(
    ({ benchmark, figure }) => benchmark === "count" && figure === "CPU of a million votes, worker",
  )
  expect(fullBatch.worker).toBeCloseTo((saved?.value ?? 0) / 1e6, 12)
})

test("what was not saved is not guessed: it is said what must be measured", async () => {
  const machine = await wholeMachine()
  const benchmarks = machine.benchmarks.filter(({ name }) => name !== "crowd" && name !== "unit costs")
  expect(() => unitCostsOf({ ...machine, benchmarks }, "one")).toThrow(
    "`bun run bench --only unit-costs --only crowd --save two-cores`",
  )
})

test("a figure that a benchmark no longer has is missed", async () => {
  const machine = await wholeMachine()
  const benchmarks = machine.benchmarks.map((benchmark) => ({
    ...benchmark,
    figures: benchmark.figures.filter(({ name }) => name !== "Redis, a voter"),
  }))
  expect(() => unitCostsOf({ ...machine, benchmarks }, "one")).toThrow("--only memory")
})

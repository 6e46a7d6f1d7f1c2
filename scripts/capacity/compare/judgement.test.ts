/** When a model is close enough to what was measured. */

import { expect, test } from "bun:test"
import type { Cores } from "../model/cores"
import { judge, offBy, TOLERATED } from "./judgement"

const model: Cores = { vote: 0.4, redis: 0.2, worker: 0.1, postgres: 0.1, result: 0.2 }

test("the whole is judged, by what all parts take together: one part that is dearer may make up for another", () => {
  const { parts, whole } = judge(model, { cores: { ...model, vote: 0.2, result: 0.4 } })
  expect(whole.measured).toBeCloseTo(1)
  expect(parts.map(({ name, model: it }) => [name, it])).toContainEqual(["vote", 0.4])
  expect(offBy(whole)).toBeCloseTo(0)
})

test("it is off by as much whether it says too much or too little", () => {
  expect(offBy({ name: "the whole", model: 1.3, measured: 1 })).toBeGreaterThan(TOLERATED)
  expect(offBy({ name: "the whole", model: 0.7, measured: 1 })).toBeGreaterThan(TOLERATED)
  expect(offBy({ name: "the whole", model: 0.8, measured: 1 })).toBeCloseTo(0.2)
})

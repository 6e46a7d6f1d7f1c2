/** Whether a run is judged by how its ratios stand to those that were saved. */

import { expect, test } from "bun:test"
import type { Block, Bound } from "../../scripts/bench/figures/rounds"
import { worseThan } from "../../scripts/bench/saved/compare"
import type { SavedMachine } from "../../scripts/bench/saved/saved-file"

const ratio = (kind: Bound["kind"], value: number, unit = ""): Block => ({
  ...{ name: "count", about: "ballots", checks: [] },
  figures: [{ name: "to COPY", unit, bound: { kind, value: 1 }, values: [value] }],
})

const savedOf = (block: Block): SavedMachine => ({
  ...{ name: "laptop", machine: { cpu: "any", cores: 2, memoryGb: 8 } },
  benchmarks: [
    {
      ...{ ...block, bareMicros: 5 },
      run: {
        ...{ ranAt: "2026-01-02T03:04:05.000Z", commit: "0123456789ab", quick: false, rounds: 1 },
        ...{ loadBefore: 0, fsyncMs: 0.04, system: "Debian", versions: {} },
      },
    },
  ],
})

test("a ratio that should be high is worse once it fell by more than a third", () => {
  const saved = savedOf(ratio("at least", 0.6))
  expect(worseThan(saved, [ratio("at least", 0.41)])).toEqual([])
  expect(worseThan(saved, [ratio("at least", 0.39)])).toEqual([
    "count, to COPY: 0.390 after 0.600 on laptop, worse by more than a third.",
  ])
})

test("a ratio that should be low is worse once it is half as much again, and never for falling", () => {
  const saved = savedOf(ratio("at most", 4))
  expect(worseThan(saved, [ratio("at most", 1), ratio("at most", 5.9)])).toEqual([])
  expect(worseThan(saved, [ratio("at most", 6.1)])).toHaveLength(1)
})

test("what has a unit, or was never saved, is not judged", () => {
  expect(worseThan(savedOf(ratio("below", 10, "ms")), [ratio("below", 100, "ms")])).toEqual([])
  expect(worseThan(savedOf(ratio("at least", 1)), [{ ...ratio("at least", 0), name: "accept" }])).toEqual([])
})

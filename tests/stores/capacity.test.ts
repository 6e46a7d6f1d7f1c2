/** The load that `bun run capacity:compare` plays, and the costs that a plan rests on, are measured on real processes. */

import { afterAll, beforeAll, expect, test } from "bun:test"
import { planOf } from "../../scripts/bench/benchmarks/plan"
import { benchUnitCosts } from "../../scripts/bench/benchmarks/unit-costs"
import { median } from "../../scripts/bench/figures/rounds"
import { type BenchStores, startBenchStores } from "../../scripts/bench/subject/bench-stores"
import { measureStep } from "../../scripts/capacity/compare/measured-step"
import { stopSupervised } from "../../scripts/services/processes/supervised-process"

const DEADLINE_MS = 180_000
const STOP_GRACE_MS = 1_000

let benchStores: BenchStores
beforeAll(async () => {
  benchStores = await startBenchStores()
}, DEADLINE_MS)
afterAll(() => stopSupervised(STOP_GRACE_MS))

test(
  "a small load of votes, pages, questions and viewers is played to its end, and keeps every part busy",
  async () => {
    const step = { votes: 200, pages: 20, open: 50, viewers: 50, seconds: 4, method: "several" } as const
    const { cores, busy } = await measureStep(benchStores, step)
    for (const part of ["vote", "redis", "worker", "postgres", "result"] as const)
      expect(cores[part]).toBeGreaterThan(0)
    expect(busy).toBeGreaterThan(0)
    expect(busy).toBeLessThanOrEqual(1.05)
  },
  DEADLINE_MS,
)

test(
  "unit costs have a figure for everything, and a vote takes more of the disk than its index alone",
  async () => {
    const plan = { ...planOf({ quick: true, ratios: false }), steadyRates: [200], steadySeconds: 2 }
    const { figures } = await benchUnitCosts(benchStores, plan, () => {})
    const value = (name: string) => median(figures.find((it) => it.name === name)?.values ?? [])
    expect(figures.filter(({ values }) => values.some((it) => !Number.isFinite(it)))).toEqual([])
    expect(value("of it the index, a vote")).toBeGreaterThan(0)
    expect(value("Postgres's disk, a vote")).toBeGreaterThan(value("of it the index, a vote"))
    expect(value("files of the ballot page, out")).toBeGreaterThan(value("ballot page, out"))
  },
  DEADLINE_MS,
)

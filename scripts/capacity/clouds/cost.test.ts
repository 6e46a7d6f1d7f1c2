/** What a plan costs. */

import { expect, test } from "bun:test"
import { planFor } from "../model/plan"
import { COSTS, EXPECTED, LIVE, POLICY } from "../testing/costs"
import { costAt, rentedBy, vcpusOf } from "./cost"
import type { Cloud } from "./prices"

const FREE: Cloud = {
  ...{ name: "nobody's", what: "nothing", asOf: "2026-01-01", sources: [] },
  ...{ vcpuHour: 0, gbHour: 0, diskGbMonth: 0, egressGb: 0, clusterHour: 0 },
}

const plan = planFor({ ...EXPECTED, voters: 900_000, stay: 30, viewers: 10_000 }, POLICY, COSTS, LIVE)

test("each process asks for as many vCPUs as leave it no busier than it may be, in quarters", () => {
  for (const part of ["vote", "redis", "worker", "result"] as const) {
    const vcpus = vcpusOf(plan, part)
    expect(plan.cores[part] / plan.needed[part] / vcpus).toBeLessThanOrEqual(POLICY.busy)
    expect(vcpus % 0.25).toBe(0)
  }
})

test("an hour costs vCPUs, memory, a 730th of a month of disks, and the cluster; what is sent costs by the GB", () => {
  const rented = rentedBy(plan)
  expect(costAt(plan, { ...FREE, vcpuHour: 2 }).hour).toBeCloseTo(2 * rented.vcpus)
  expect(costAt(plan, { ...FREE, gbHour: 3 }).hour).toBeCloseTo(3 * rented.memoryGb)
  expect(costAt(plan, { ...FREE, diskGbMonth: 730 }).hour).toBeCloseTo(rented.diskGb)
  expect(costAt(plan, { ...FREE, clusterHour: 5 })).toEqual({ hour: 5, egress: 0 })
  expect(costAt(plan, { ...FREE, egressGb: 1 }).egress).toBeCloseTo(plan.total.out / 1024 ** 3)
})

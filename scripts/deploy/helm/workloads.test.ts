/** What counts as a change of a release. */

import { expect, test } from "bun:test"
import { different, toldBy } from "./workloads"

const deployment = (name: string, replicas: number, level = "info") => ({
  kind: "Deployment",
  metadata: { name },
  spec: { replicas, template: { env: level } },
})
const scaler = { kind: "HorizontalPodAutoscaler", metadata: { name: "vote" }, spec: { maxReplicas: 8 } }
const told = (...objects: Parameters<typeof toldBy>[0]) => toldBy(objects)

test("another number of pods is a change, but not where an autoscaler has made it", () => {
  const before = told(deployment("vote", 2), deployment("worker", 2), scaler)
  expect(different(before, told(deployment("vote", 5), deployment("worker", 2), scaler))).toEqual([])
  expect(different(before, told(deployment("vote", 2), deployment("worker", 3), scaler))).toEqual([
    "Deployment/worker",
  ])
})

test("another setting is a change, and so is a workload that came or went", () => {
  const before = told(deployment("vote", 2), deployment("worker", 2), scaler)
  const after = told(deployment("vote", 2, "warn"), deployment("result", 2), scaler)
  expect(different(before, after)).toEqual(["Deployment/result", "Deployment/vote", "Deployment/worker"])
})

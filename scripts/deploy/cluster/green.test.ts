import { describe, expect, test } from "bun:test"
import { missingIn } from "./green"
import type { Autoscaler, Pod, Workload } from "./objects"

const named = (name: string) => ({ name, uid: name })

function workload(replicas: number | undefined, status: Workload["status"] = {}): Workload {
  const spec = replicas === undefined ? {} : { replicas }
  return { kind: "Deployment", metadata: { ...named("vote"), generation: 2 }, spec, status }
}

const current = (replicas: number) =>
  workload(replicas, { observedGeneration: 2, replicas, updatedReplicas: replicas })

function pod(
  ready: boolean,
  extra: { deletionTimestamp?: string; waiting?: string; app?: string } = {},
): Pod {
  const { waiting, app = "vote", ...metadata } = extra
  const state = waiting === undefined ? {} : { waiting: { reason: waiting } }
  return {
    kind: "Pod",
    metadata: { ...named(`${app}-1`), labels: { "app.kubernetes.io/name": app }, ...metadata },
    spec: {},
    status: {
      phase: "Running",
      conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
      containerStatuses: [{ restartCount: 0, state }],
    },
  }
}

const scaler: Autoscaler = {
  kind: "HorizontalPodAutoscaler",
  metadata: named("vote"),
  spec: { minReplicas: 2, scaleTargetRef: { name: "vote" } },
  status: {},
}

describe("a cluster", () => {
  test("is green when each workload has its ready pods of the newest version", () => {
    expect(missingIn([current(2), pod(true), pod(true)])).toEqual([])
  })

  test("is not green before there is anything", () => {
    expect(missingIn([])).toEqual(["the workloads"])
  })

  test("waits for an autoscaled workload's least pods", () => {
    expect(missingIn([scaler, current(1), pod(true)])).toEqual(["vote (1 of 2 ready)"])
  })

  test("does not count a pod that is on its way out", () => {
    const going = pod(true, { deletionTimestamp: "2030-01-01T00:00:00Z" })
    expect(missingIn([current(2), pod(true), going])).toEqual(["vote (1 of 2 ready)"])
  })

  test("is not green while pods of an older version are left", () => {
    const rolling = workload(1, { observedGeneration: 2, replicas: 2, updatedReplicas: 1 })
    expect(missingIn([rolling, pod(true), pod(true)])).toEqual(["vote (1 of an older version are left)"])
  })

  test("waits for the newest version even while the old pods are ready, and says why a pod waits", () => {
    const old = workload(1, { observedGeneration: 1, updatedReplicas: 1 })
    expect(missingIn([old, pod(true)])).toEqual(["vote (0 of 1 ready)"])
    expect(missingIn([current(1), pod(false, { waiting: "ErrImagePull" })])).toEqual([
      "vote (0 of 1 ready, ErrImagePull)",
    ])
  })

  test("names a Job that crashes, as the workloads may wait for it", () => {
    const job = pod(false, { app: "credentials", waiting: "CrashLoopBackOff" })
    expect(missingIn([current(1), pod(false), job])).toEqual([
      "credentials (it crashes: kubectl -n tallyroom logs credentials-1 says why)",
      "vote (0 of 1 ready)",
    ])
    expect(missingIn([current(1), pod(true), job])).toEqual([])
  })
})

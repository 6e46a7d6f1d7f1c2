/** What a plan costs at a cloud: what runs by the hour, and what is sent by the GB. */

import type { Plan } from "../model/plan"
import { PARTS, type Part } from "../model/unit-costs"
import type { Cloud } from "./prices"

const GB = 1024 ** 3
const HOURS_A_MONTH = 730
/** Pods are billed in such steps. */
const VCPU_STEP = 0.25

/** What all processes of a plan ask for, each part's number of them included. */
export type Rented = { vcpus: number; memoryGb: number; diskGb: number }

/** US dollars. */
export type Cost = {
  /** Everything that runs. */
  hour: number
  /** What the whole event sends to the internet. */
  egress: number
}

export function rentedBy(plan: Plan): Rented {
  const { memory, disk } = plan.sizes
  const sum = (of: (part: Part) => number) =>
    PARTS.reduce((total, part) => total + countOf(plan, part) * of(part), 0)
  return {
    vcpus: sum((part) => vcpusOf(plan, part)),
    memoryGb: sum((part) => memory[part]) / GB,
    diskGb: (plan.run.redis * disk.redis + disk.postgres) / GB,
  }
}

export function costAt(plan: Plan, cloud: Cloud): Cost {
  const { vcpus, memoryGb, diskGb } = rentedBy(plan)
  return {
    hour:
      vcpus * cloud.vcpuHour +
      memoryGb * cloud.gbHour +
      (diskGb * cloud.diskGbMonth) / HOURS_A_MONTH +
      cloud.clusterHour,
    egress: (plan.total.out / GB) * cloud.egressGb,
  }
}

/** How many of a part run. */
export function countOf({ run }: Plan, part: Part): number {
  return part === "postgres" ? 1 : run[part]
}

/** What one process or server of a part asks for, so that it is as busy as it may be. */
export function vcpusOf({ cores, needed, policy }: Plan, part: Part): number {
  const processes = part === "postgres" ? 1 : needed[part]
  const wanted = cores[part] / processes / policy.busy
  return Math.max(1, Math.ceil(wanted / VCPU_STEP)) * VCPU_STEP
}

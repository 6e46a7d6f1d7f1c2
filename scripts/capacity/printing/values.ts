/** A plan as values for the Helm chart. */

import { shown } from "../../bench/figures/wording"
import { countOf, vcpusOf } from "../clouds/cost"
import type { Plan } from "../model/plan"
import { PARTS } from "../model/unit-costs"
import { digits, gibibytes, plural, sizeText } from "./amounts"
import type { ChartLimits } from "./chart-limits"

/** As the values of the chart have them: a plan makes no volume smaller. */
const LEAST_REDIS_GB = 2
const LEAST_POSTGRES_GB = 10
const LEAST_MOST = 8
/** A crowd may be greater than expected, and pods are added while it comes. */
const ROOM_TO_GROW = 2

type Replicas = { minReplicas: number; maxReplicas: number }
/** `enabled: false`: the chart's own store is too small. */
type StoreValues = { enabled: false } | { storage: string }

/** Some of the values of charts/tallyroom. */
export type ChartValues = {
  vote: Replicas & { env: { BACKLOG_LIMIT: string } }
  result: Replicas
  worker: { replicas: number; inboxShards: number }
  /** Absent: as the chart has it, one Redis. */
  inbox?: "redis-cluster"
  redis: StoreValues
  redisCluster?: { storage: string }
  postgres: StoreValues
}

export function chartValues(plan: Plan, chart: ChartLimits): ChartValues {
  const { run, sizes } = plan
  return {
    vote: { ...replicas(run.vote), env: { BACKLOG_LIMIT: String(sizes.backlog) } },
    result: replicas(run.result),
    worker: { replicas: run.worker, inboxShards: run.shards },
    ...redisValues(plan, chart),
    postgres: postgresFits(plan, chart)
      ? { storage: gibibytes(sizes.disk.postgres, LEAST_POSTGRES_GB) }
      : outside(),
  }
}

/** A new one each time, as YAML would write one that stands twice as a reference. */
const outside = () => ({ enabled: false }) as const

const replicas = (count: number): Replicas => ({
  minReplicas: count,
  maxReplicas: Math.max(LEAST_MOST, count * ROOM_TO_GROW),
})

function redisValues(plan: Plan, chart: ChartLimits): Pick<ChartValues, "inbox" | "redis" | "redisCluster"> {
  if (!redisFits(plan, chart)) return { redis: outside() }
  const storage = gibibytes(plan.sizes.disk.redis, LEAST_REDIS_GB)
  if (plan.needed.redis === 1) return { redis: { storage } }
  return { inbox: "redis-cluster", redis: outside(), redisCluster: { storage } }
}

/** The chart has one Redis, or a cluster of so many masters. */
function redisFits({ needed, sizes }: Plan, chart: ChartLimits): boolean {
  return [1, chart.masters].includes(needed.redis) && sizes.memory.redis <= chart.redisMemory
}

function postgresFits(plan: Plan, chart: ChartLimits): boolean {
  return (
    vcpusOf(plan, "postgres") <= chart.postgresCores && plan.sizes.memory.postgres <= chart.postgresMemory
  )
}

/** The values as a file for `helm install --values`, with what no value of the chart can say. */
export function valuesText(plan: Plan, chart: ChartLimits): string {
  return [
    "# Values for charts/tallyroom, made by `bun run capacity --values`.",
    ...notes(plan, chart).map((note) => `# ${note}`),
    Bun.YAML.stringify(chartValues(plan, chart), null, 2).trimEnd(),
  ].join("\n")
}

function notes(plan: Plan, chart: ChartLimits): string[] {
  const { needed, sizes } = plan
  const cores = PARTS.reduce((sum, part) => sum + countOf(plan, part) * vcpusOf(plan, part), 0)
  const redis = `${plural(needed.redis, "master")} with ${sizeText(sizes.memory.redis)} of memory and ${sizeText(sizes.disk.redis)} of disk each`
  const postgres = `${digits(vcpusOf(plan, "postgres"))} vCPUs, ${sizeText(sizes.memory.postgres)} of memory and ${sizeText(sizes.disk.postgres)} of disk`
  return [
    `Pods ask for little and may take more: have nodes with ${shown(cores)} vCPUs in all.`,
    ...(redisFits(plan, chart) ? [] : [`Redis outside of the chart: ${redis}.`]),
    ...(postgresFits(plan, chart) ? [] : [`Postgres outside of the chart: ${postgres}.`]),
    ...(redisFits(plan, chart) && postgresFits(plan, chart)
      ? []
      : ["The Secret managed-stores names them: docs/deploy.md#a-managed-redis-or-postgres"]),
  ]
}

/** What the chart's own stores may take, as its manifests have it. */

import { join } from "node:path"
import { z } from "zod"
import { MANIFESTS } from "../../deploy/cluster/apply"

export type ChartLimits = {
  /** Bytes. */
  redisMemory: number
  /** Of its Redis Cluster, each as large as the one Redis. */
  masters: number
  postgresCores: number
  /** Bytes. */
  postgresMemory: number
}

const UNITS: Readonly<Record<string, number>> = { "": 1, m: 0.001, Mi: 1024 ** 2, Gi: 1024 ** 3 }
/** As the manifest says at its head. */
const REPLICAS_OF_A_MASTER = 1
const QUANTITY = /^(\d+)(|m|Mi|Gi)$/

const limitsSchema = z.object({ cpu: z.string(), memory: z.string() })
const containersSchema = z.object({
  spec: z.object({
    replicas: z.int(),
    template: z.object({
      spec: z.object({
        containers: z.tuple([z.object({ resources: z.object({ limits: limitsSchema }) })]),
      }),
    }),
  }),
})

export async function chartLimits(folder = MANIFESTS): Promise<ChartLimits> {
  const { limits: redis } = await containerIn(join(folder, "40-redis.yaml"))
  const cluster = await containerIn(join(folder, "inboxes/redis-cluster.yaml"))
  const { limits: postgres } = await containerIn(join(folder, "60-postgres.yaml"))
  return {
    redisMemory: amountOf(redis.memory),
    masters: cluster.replicas / (1 + REPLICAS_OF_A_MASTER),
    postgresCores: amountOf(postgres.cpu),
    postgresMemory: amountOf(postgres.memory),
  }
}

/** Of the one StatefulSet of a manifest. */
async function containerIn(
  file: string,
): Promise<{ replicas: number; limits: z.infer<typeof limitsSchema> }> {
  const objects = (await Bun.file(file).text()).split(/^---$/m)
  const stateful = objects.find((object) => /^kind: StatefulSet$/m.test(object))
  const { spec } = containersSchema.parse(Bun.YAML.parse(stateful ?? ""))
  return { replicas: spec.replicas, limits: spec.template.spec.containers[0].resources.limits }
}

/** @throws {Error} for what is no quantity of Kubernetes in these units */
function amountOf(quantity: string): number {
  const [, amount, unit = ""] = QUANTITY.exec(quantity) ?? []
  const size = UNITS[unit]
  if (amount === undefined || size === undefined)
    throw new Error(`${quantity} is no quantity that is known here`)
  return Number(amount) * size
}

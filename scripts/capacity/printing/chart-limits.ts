/** What the chart's own stores may take, as its manifests have it. */

import { join } from "node:path"
import { z } from "zod"
import { MANIFESTS } from "../../deploy/cluster/apply"

export type ChartLimits = {
  /** Bytes. */
  redisMemory: number
  postgresCores: number
  /** Bytes. */
  postgresMemory: number
}

const UNITS: Readonly<Record<string, number>> = { "": 1, m: 0.001, Mi: 1024 ** 2, Gi: 1024 ** 3 }
const QUANTITY = /^(\d+)(|m|Mi|Gi)$/

const limitsSchema = z.object({ cpu: z.string(), memory: z.string() })
const containersSchema = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.tuple([z.object({ resources: z.object({ limits: limitsSchema }) })]),
      }),
    }),
  }),
})

export async function chartLimits(folder = MANIFESTS): Promise<ChartLimits> {
  const redis = await limitsIn(join(folder, "40-redis.yaml"))
  const postgres = await limitsIn(join(folder, "60-postgres.yaml"))
  return {
    redisMemory: amountOf(redis.memory),
    postgresCores: amountOf(postgres.cpu),
    postgresMemory: amountOf(postgres.memory),
  }
}

/** Of the one StatefulSet of a manifest. */
async function limitsIn(file: string): Promise<z.infer<typeof limitsSchema>> {
  const objects = (await Bun.file(file).text()).split(/^---$/m)
  const stateful = objects.find((object) => /^kind: StatefulSet$/m.test(object))
  const { spec } = containersSchema.parse(Bun.YAML.parse(stateful ?? ""))
  return spec.template.spec.containers[0].resources.limits
}

/** @throws {Error} for what is no quantity of Kubernetes in these units */
function amountOf(quantity: string): number {
  const [, amount, unit = ""] = QUANTITY.exec(quantity) ?? []
  const size = UNITS[unit]
  if (amount === undefined || size === undefined)
    throw new Error(`${quantity} is no quantity that is known here`)
  return Number(amount) * size
}

/** Who hears of alerts in a test, and rules that need not be waited for as long as in earnest. */

import { YAML } from "bun"
import { z } from "zod"

const alertSchema = z.object({
  status: z.enum(["firing", "resolved"]),
  labels: z.record(z.string(), z.string()),
})
const messageSchema = z.object({ alerts: z.array(alertSchema) })
const rulesSchema = z.object({
  groups: z.array(z.object({ name: z.string(), rules: z.array(z.looseObject({ expr: z.string() })) })),
})

type AlertLabels = Record<string, string>

export interface AlertWebhook {
  readonly url: string
  /** The labels of what fires now, as far as the webhook was told. */
  firing(): AlertLabels[]
  stop(): void
}

/** Listens on loopback for what Alertmanager tells. */
export function listenForAlerts(): AlertWebhook {
  const firing = new Map<string, AlertLabels>()
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      for (const { status, labels } of messageSchema.parse(await request.json()).alerts) {
        const key = JSON.stringify(Object.entries(labels).sort())
        if (status === "firing") firing.set(key, labels)
        else firing.delete(key)
      }
      return new Response()
    },
  })
  return {
    url: server.url.href,
    firing: () => [...firing.values()],
    stop: () => void server.stop(true),
  }
}

/**
 * The same rules, where minutes pass in seconds: each window of an expression (`[5m]`) and each time for which it must hold
 * (`for: 5m`) is `factor` times shorter. Nothing else changes: neither the expressions nor what they compare with.
 * @param rules as Prometheus reads them, with windows and times in whole minutes
 */
export function shortened(rules: string, factor: number): string {
  const { groups } = rulesSchema.parse(YAML.parse(rules))
  const seconds = (minutes: string) => `${(Number(minutes) * 60) / factor}s`
  const shorter = groups.map(({ name, rules }) => ({
    name,
    rules: rules.map((rule) => ({
      ...rule,
      expr: rule.expr.replace(/\[(\d+)m\]/g, (_, minutes) => `[${seconds(minutes)}]`),
      ...("for" in rule && { for: String(rule.for).replace(/^(\d+)m$/, (_, minutes) => seconds(minutes)) }),
    })),
  }))
  // YAML has JSON within it.
  return JSON.stringify({ groups: shorter })
}

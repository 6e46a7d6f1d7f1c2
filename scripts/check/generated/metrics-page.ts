/** docs/metrics.md: every metric, as the programs register it. */

import { cutsCounter } from "@tallyroom/lib/http/connection-guard"
import { failoverCounter } from "@tallyroom/lib/postgres/failover-metric"
import { BUSY } from "@tallyroom/lib/process/management-protocol"
import { Gauge, type MetricObject, Registry } from "prom-client"
import { askedCounter, liveMetrics, postgresMetrics, viewerMetrics } from "../../../apps/result/metrics"
import { createMetrics as voteMetrics } from "../../../apps/vote/metrics"
import { connectionMetrics, createMetrics as workerMetrics } from "../../../apps/worker/metrics"
import { backupMetrics, walMetrics } from "../../backup/taking/metrics"

/** What prom-client keeps of a metric beside what its types say. */
type Declared = MetricObject & { labelNames?: readonly string[] }

const INTRODUCTION = `# Metrics

Each process serves these to Prometheus at \`/metrics\` on its \`MANAGEMENT_PORT\`, which is never exposed outside. Each has the label
\`app\` (vote, worker, result) beside its own. Counters begin at 0 with their process: take \`rate\` or \`increase\` of them. Histograms have
\`_bucket\`, \`_sum\` and \`_count\`. What to be alerted of stands in [runbooks](runbooks/README.md), and in \`monitoring/alerts.yaml\` as rules.

Beside these each process serves the default metrics of prom-client: \`process_cpu_seconds_total\`, \`process_resident_memory_bytes\`,
\`process_open_fds\` and other \`process_…\` (on Linux), and \`nodejs_…\`, of which Bun fills the event loop's histogram
(\`nodejs_eventloop_lag_p99_seconds\`) rightly, and \`nodejs_eventloop_lag_seconds\`, handles and heap spaces not.

This page is generated: \`bun run settings\`.
`

/** The registries of all programs with nothing but their own metrics in them. */
export function ownMetrics(): Record<string, Registry> {
  return {
    vote: filled((registry) => voteMetrics(registry, () => true)),
    worker: filled((registry) => {
      workerMetrics(registry)
      connectionMetrics(registry, { postgres: () => true })
    }),
    result: filled((registry) => {
      liveMetrics(registry)
      viewerMetrics(registry, () => 0)
      askedCounter(registry)
      postgresMetrics(registry, () => "listening")
    }),
    "vote and result": filled(cutsCounter),
    "worker and result": filled((registry) => failoverCounter(registry, () => 0)),
    backup: filled((registry) => {
      backupMetrics(registry)
      walMetrics(registry)
    }),
    "every process": filled((registry) => new Gauge({ ...BUSY, registers: [registry] })),
  }
}

function filled(register: (registry: Registry) => unknown): Registry {
  const registry = new Registry()
  register(registry)
  return registry
}

/** The page's text. */
export function metricsPage(): string {
  const sections = Object.entries(ownMetrics()).map(([name, registry]) =>
    section(name, registry.getMetricsAsArray()),
  )
  return [INTRODUCTION, ...sections].join("\n")
}

function section(title: string, metrics: Declared[]): string {
  const rows = metrics.map(row)
  return [`## ${title}`, "", "| name | type | labels | |", "|---|---|---|---|", ...rows, ""].join("\n")
}

function row({ name, type, labelNames = [], help }: Declared): string {
  const labels = labelNames.map((label) => `\`${label}\``).join(", ")
  return `| \`${name}\` | ${type} | ${labels} | ${help.replaceAll("|", "\\|")} |`
}

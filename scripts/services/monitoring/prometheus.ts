/** A Prometheus of one's own that scrapes processes on this machine. */

import { mkdirSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { z } from "zod"
import { answersOk } from "../answers-ok"
import { freePort } from "../processes/ports"
import { createServer } from "../stores/server"
import { ensureTool } from "../tools/tools"

const START_DEADLINE_MS = 30_000
const STOP_GRACE_MS = 10_000
const RULES_FILE = "rules.yaml"
/** Whoever waits for figures waits for this. */
const SCRAPE_SECONDS = 1

const matrixSchema = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        values: z.array(z.tuple([z.number(), z.string()])),
      }),
    ),
  }),
})

/** One series of a query's answer. NaN stands where there was nothing to divide. */
export type Series = { labels: Record<string, string>; values: number[] }

export interface Prometheus {
  readonly url: string
  /** What a panel shows of the last `seconds`, a value each second. @throws when Prometheus refuses the query */
  range(expr: string, seconds: number): Promise<Series[]>
  stop(): Promise<void>
}

export interface PrometheusOptions {
  readonly dir: string
  /** Host and port of what it scrapes, by the name of the job. */
  readonly targets: Readonly<Record<string, readonly string[]>>
  /** Jobs that need more than targets, as Prometheus's configuration has them. */
  readonly jobs?: readonly object[]
  /** Rules, and who hears of their alerts (host and port of an Alertmanager). */
  readonly alerting?: { readonly rules: string; readonly alertmanager: string }
}

/** Starts a Prometheus on loopback that scrapes, and evaluates its rules, once a second. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const program = await ensureTool("prometheus")
  const dir = resolve(options.dir)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const file = join(dir, "prometheus.json")
  writeFileSync(file, configuration(options))
  if (options.alerting) writeFileSync(join(dir, RULES_FILE), options.alerting.rules)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const server = createServer({
    name: "Prometheus",
    command: [
      program,
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(dir, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=warn",
    ],
    options: { cwd: dir },
    startDeadlineMs: START_DEADLINE_MS,
    stopGraceMs: STOP_GRACE_MS,
    prepare: async () => {},
    answers: () => answersOk(`${url}/-/ready`),
  })
  await server.start()
  return { url, range: (expr, seconds) => queryRange(url, expr, seconds), stop: () => server.stop() }
}

/** YAML has JSON within it. */
function configuration({ targets, jobs = [], alerting }: PrometheusOptions): string {
  const simple = Object.entries(targets).map(([job_name, targets]) => ({
    job_name,
    static_configs: [{ targets }],
  }))
  const every = `${SCRAPE_SECONDS}s`
  return JSON.stringify({
    global: { scrape_interval: every, scrape_timeout: every, evaluation_interval: every },
    scrape_configs: [...simple, ...jobs],
    ...(alerting && {
      rule_files: [RULES_FILE],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [alerting.alertmanager] }] }] },
    }),
  })
}

async function queryRange(url: string, expr: string, seconds: number): Promise<Series[]> {
  const end = Date.now() / 1_000
  const query = new URLSearchParams({ query: expr, start: `${end - seconds}`, end: `${end}`, step: "1" })
  const answer = await fetch(`${url}/api/v1/query_range`, { method: "POST", body: query })
  if (!answer.ok) throw new Error(`Prometheus refuses ${expr}: ${await answer.text()}`)
  const { result } = matrixSchema.parse(await answer.json()).data
  return result.map(({ metric, values }) => ({
    labels: metric,
    values: values.map(([, value]) => Number(value)),
  }))
}

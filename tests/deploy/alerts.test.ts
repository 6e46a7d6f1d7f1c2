/** The alert rules: promtool's tests of them hold, each has its runbook, and each asks for metrics that there are. */

import { expect, test } from "bun:test"
import { join } from "node:path"
import { $, Glob, YAML } from "bun"
import { z } from "zod"
import { ownMetrics } from "../../scripts/check/generated/metrics-page"
import { CHECKOUT } from "../../scripts/services/checkout"
import { ensureTool } from "../../scripts/services/tools/tools"

const alertSchema = z.object({
  alert: z.string().startsWith("Tallyroom"),
  expr: z.string(),
  labels: z.object({ severity: z.enum(["page", "ticket"]) }),
  annotations: z.object({ summary: z.string(), description: z.string(), runbook_url: z.url() }),
})
const rulesSchema = z.object({ groups: z.array(z.object({ rules: z.array(alertSchema) })) })
const matchersSchema = z.array(z.string())
const alertmanagerSchema = z.object({
  inhibit_rules: z.array(z.object({ source_matchers: matchersSchema, target_matchers: matchersSchema })),
})
const testsSchema = z.object({
  tests: z.array(
    z.object({
      alert_rule_test: z.array(
        z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()).default([]) }),
      ),
    }),
  ),
})

/** Prometheus may have to be installed first. */
const INSTALL_MS = 180_000

const read = async (path: string) => Bun.file(join(CHECKOUT, path)).text()
const alerts = rulesSchema
  .parse(YAML.parse(await read("monitoring/alerts.yaml")))
  .groups.flatMap(({ rules }) => rules)
const names = alerts.map(({ alert }) => alert).sort()
const metrics = (await Promise.all(Object.values(ownMetrics()).map((registry) => registry.metrics()))).join(
  "\n",
)

test(
  "promtool's tests of the rules hold, and see each alert fire",
  async () => {
    const promtool = await ensureTool("promtool")
    const { exitCode, stdout, stderr } = await $`${promtool} test rules monitoring/alerts.test.yaml`
      .cwd(CHECKOUT)
      .nothrow()
      .quiet()
    expect({ exitCode, said: exitCode === 0 ? "" : `${stdout}${stderr}` }).toEqual({ exitCode: 0, said: "" })
    const { tests } = testsSchema.parse(YAML.parse(await read("monitoring/alerts.test.yaml")))
    const fired = tests
      .flatMap((one) => one.alert_rule_test)
      .flatMap(({ alertname, exp_alerts }) => (exp_alerts.length > 0 ? [alertname] : []))
    expect([...new Set(fired)].sort()).toEqual(names)
  },
  INSTALL_MS,
)

test(
  "compose's Prometheus takes its configuration, with these rules",
  async () => {
    const promtool = await ensureTool("promtool")
    const { exitCode, stdout, stderr } = await $`${promtool} check config monitoring/prometheus.yaml`
      .cwd(CHECKOUT)
      .nothrow()
      .quiet()
    expect({ exitCode, said: `${stdout}${stderr}` }).toMatchObject({
      exitCode: 0,
      said: expect.stringContaining(`${names.length} rules found`),
    })
  },
  INSTALL_MS,
)

test("Alertmanager holds back only what follows, by alerts that there are", async () => {
  const { inhibit_rules } = alertmanagerSchema.parse(
    YAML.parse(await read("monitoring/alertmanager/alertmanager.yaml")),
  )
  const namesOf = (matchers: string[]) =>
    matchers.flatMap(
      (matcher) => (matcher.startsWith("alertname") ? matcher.match(/Tallyroom\w+/g) : []) ?? [],
    )
  for (const { source_matchers, target_matchers } of inhibit_rules)
    for (const matchers of [source_matchers, target_matchers]) {
      expect(namesOf(matchers)).not.toBeEmpty()
      expect(names).toEqual(expect.arrayContaining(namesOf(matchers)))
    }
  const heldBack = inhibit_rules.flatMap(({ target_matchers }) => namesOf(target_matchers))
  expect([...new Set(heldBack)].sort()).toEqual([
    "TallyroomBacklogGrowing",
    "TallyroomNothingCounted",
    "TallyroomOldestBallotTooOld",
    "TallyroomVotesRefused",
  ])
})

test("each alert has a runbook with its three parts, and the index names them all", async () => {
  const pages = [...new Glob("Tallyroom*.md").scanSync(join(CHECKOUT, "docs/runbooks"))].sort()
  expect(pages).toEqual(names.map((name) => `${name}.md`))
  const index = await read("docs/runbooks/README.md")
  for (const { alert, annotations, labels } of alerts) {
    expect(annotations.runbook_url).toEndWith(`/docs/runbooks/${alert}.md`)
    expect(index).toMatch(new RegExp(`\\[${alert}\\]\\(${alert}\\.md\\) .* ${labels.severity} \\|`))
    const headings = (await read(`docs/runbooks/${alert}.md`)).match(/^## .*$/gm)
    expect(headings).toEqual(["## What it means", "## What to look at", "## What to do"])
  }
})

test("rules and runbooks ask only for metrics of ours that there are", async () => {
  const runbooks = await Promise.all(names.map((name) => read(`docs/runbooks/${name}.md`)))
  const asked = [...alerts.map(({ expr }) => expr), ...runbooks].join("\n")
  const known = new Set([...metrics.matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name))
  // Not roles of Postgres.
  const used = [...asked.matchAll(/\btallyroom_(?:vote|worker|result|backup|connections|busy)_\w+/g)]
  const unknown = used
    .map(([name]) => name.replace(/_(bucket|sum|count)$/, ""))
    .filter((name) => !known.has(name))
  expect(used.length).toBeGreaterThan(alerts.length)
  expect(unknown).toEqual([])
})

test(
  "metrics have names and help as Prometheus wants them",
  async () => {
    const promtool = await ensureTool("promtool")
    const { stderr, stdout } = await $`${promtool} check metrics < ${new Response(metrics)}`.nothrow().quiet()
    expect(`${stdout}${stderr}`).toBe("")
  },
  INSTALL_MS,
)

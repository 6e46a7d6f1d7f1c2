/** What is printed of a plan: for people, and for Helm. */

import { expect, test } from "bun:test"
import { join } from "node:path"
import { readSettings } from "@tallyroom/lib/process/settings"
import Ajv from "ajv"
import { settings as voteSettings } from "../../../apps/vote/settings"
import { settings as workerSettings } from "../../../apps/worker/settings"
import { CHECKOUT } from "../../services/checkout"
import { CLOUDS } from "../clouds/prices"
import { EXAMPLES, wishesFor } from "../docs/examples"
import { liveLimits } from "../model/live-limits"
import { planFor } from "../model/plan"
import { unitCostsOf } from "../model/unit-costs"
import { COSTS, EXPECTED, LIVE, POLICY } from "../testing/costs"
import { wholeMachine } from "../testing/machine"
import { chartLimits } from "./chart-limits"
import { costsText } from "./costs-text"
import { planText } from "./plan-text"
import { chartValues, valuesText } from "./values"

const CHART = join(CHECKOUT, "charts/tallyroom")
const WIDTH = 80

async function printed(words: readonly string[]): Promise<string> {
  const machine = await wholeMachine()
  const { expected, policy, method, clouds } = wishesFor(words)
  const costs = unitCostsOf(machine, method)
  const plan = planFor(expected, policy, costs, liveLimits())
  return `${planText(
    plan,
    clouds.map((cloud) => CLOUDS[cloud]),
  )}\n${costsText(machine, costs)}`
}

test.each(EXAMPLES.map(({ title, words }) => [title, words] as const))(
  "%s is printed with each unit cost that it rests on, and fits a terminal of 80 columns",
  async (_, words) => {
    const text = await printed(words)
    for (const { figure } of unitCostsOf(await wholeMachine(), "one").taken) expect(text).toContain(figure)
    expect(text.split("\n").filter((line) => line.length > WIDTH)).toEqual([])
  },
)

test("prices are told with their day, and the other cloud only where it is asked for", async () => {
  const text = await printed(["--cloud", "aws"])
  expect(text).toContain(`List prices of ${CLOUDS.aws.asOf}`)
  expect(text).not.toContain(CLOUDS.google.name)
  expect(await printed([])).toContain(CLOUDS.google.asOf)
})

const PLANS = {
  small: EXPECTED,
  "with viewers": { ...EXPECTED, viewers: 100_000 },
  "for a Redis Cluster": { ...EXPECTED, voters: 1_560_000 },
  "too much for the chart's stores": { ...EXPECTED, voters: 30_000_000 },
}

async function validator() {
  const schema = await Bun.file(join(CHART, "values.schema.json")).json()
  return new Ajv({ strict: false }).compile(schema)
}

test.each(Object.entries(PLANS))(
  "the schema of the chart takes the values of a plan: %s",
  async (_, expected) => {
    const isValid = await validator()
    const plan = planFor(expected, POLICY, COSTS, LIVE)
    const values = Bun.YAML.parse(valuesText(plan, await chartLimits()))
    expect(isValid(values)).toBe(true)
    expect(values).toEqual(chartValues(plan, await chartLimits()))
  },
)

test("vote and worker take the settings of a plan, however many vote", async () => {
  const crowd = planFor({ ...EXPECTED, voters: 500_000_000 }, POLICY, COSTS, LIVE)
  const { vote, worker } = chartValues(crowd, await chartLimits())
  const { BACKLOG_LIMIT } = voteSettings
  const { INBOX_SHARDS } = workerSettings
  const given = { ...vote.env, INBOX_SHARDS: String(worker.inboxShards) }
  expect(readSettings({ BACKLOG_LIMIT, INBOX_SHARDS }, given).BACKLOG_LIMIT).toBe(100_000_000)
})

test("the schema of the chart refuses a value that it does not know, as it would a misspelt one of a plan", async () => {
  const isValid = await validator()
  const plan = planFor(EXPECTED, POLICY, COSTS, LIVE)
  const values = chartValues(plan, await chartLimits())
  expect(isValid({ ...values, worker: { ...values.worker, shards: 4 } })).toBe(false)
})

test("a small plan leaves both stores to the chart, a great one neither, and says what they need", async () => {
  const limits = await chartLimits()
  const small = planFor(EXPECTED, POLICY, COSTS, LIVE)
  const great = planFor(PLANS["too much for the chart's stores"], POLICY, COSTS, LIVE)
  expect(chartValues(small, limits)).toMatchObject({
    redis: { storage: "2Gi" },
    postgres: { storage: "10Gi" },
  })
  expect(chartValues(great, limits)).toMatchObject({
    redis: { enabled: false },
    postgres: { enabled: false },
  })
  expect(valuesText(great, limits)).toContain("# Redis outside of the chart:")
  expect(valuesText(great, limits)).not.toMatch(/[&*]\w/)
})

test("a plan for three masters takes the chart's Redis Cluster, and leaves its one Redis out", async () => {
  const plan = planFor(PLANS["for a Redis Cluster"], POLICY, COSTS, LIVE)
  expect(chartValues(plan, await chartLimits())).toMatchObject({
    ...{ inbox: "redis-cluster", redis: { enabled: false }, redisCluster: { storage: "2Gi" } },
  })
})

test("the limits of the chart's stores are those of its manifests", async () => {
  expect(await chartLimits()).toEqual({
    ...{ redisMemory: 1024 ** 3, masters: 3, postgresCores: 2, postgresMemory: 1024 ** 3 },
  })
})

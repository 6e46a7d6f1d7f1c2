/** What a real Alertmanager holds back by the rules that operators get, and what it tells all the same. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { YAML } from "bun"
import { z } from "zod"
import { CHECKOUT } from "../../scripts/services/checkout"
import { type Alertmanager, startAlertmanager } from "../../scripts/services/monitoring/alertmanager"
import { waitFor } from "../../scripts/services/wait"
import { type AlertWebhook, listenForAlerts } from "../harness/alerts"

/** Alertmanager may have to be installed first. */
setDefaultTimeout(180_000)

const rulesSchema = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string() })) })),
})
const alertmanagerSchema = z.object({ inhibit_rules: z.array(z.looseObject({})).min(1) })
const alertSchema = z.object({
  labels: z.record(z.string(), z.string()),
  status: z.object({ state: z.enum(["unprocessed", "active", "suppressed"]) }),
})
type Labels = Record<string, string>
const HOUR_MS = 3_600_000

const shipped = async (file: string) => YAML.parse(await Bun.file(join(CHECKOUT, "monitoring", file)).text())
const names = rulesSchema
  .parse(await shipped("alerts.yaml"))
  .groups.flatMap(({ rules }) => rules)
  .map(({ alert }) => alert)

const dir = mkdtempSync(join(tmpdir(), "tallyroom-held-back-"))
let webhook: AlertWebhook
let alertmanager: Alertmanager
beforeAll(async () => {
  webhook = listenForAlerts()
  const { inhibit_rules: inhibitRules } = alertmanagerSchema.parse(
    await shipped("alertmanager/alertmanager.yaml"),
  )
  alertmanager = await startAlertmanager({ dir, webhook: webhook.url, inhibitRules })
})
afterAll(async () => {
  await alertmanager.stop()
  webhook.stop()
  rmSync(dir, { recursive: true, force: true })
})

const away = (stops: string): Labels => ({ alertname: "TallyroomStoreAway", store: "a store", stops })
const nothingCounted: Labels = { alertname: "TallyroomNothingCounted" }
const BEHIND = ["TallyroomBacklogGrowing", "TallyroomOldestBallotTooOld"]
/** All that hold nothing back themselves. */
const others = names.filter((it) => it !== "TallyroomStoreAway" && it !== "TallyroomNothingCounted")

test.each([
  ["no vote process reaches the inbox", [away("voting")], ["TallyroomVotesRefused"]],
  ["no worker reaches a store", [away("counting"), nothingCounted], [...BEHIND, "TallyroomNothingCounted"]],
  ["one process of several does not", [away("part")], []],
  ["nothing is counted, for whatever reason", [nothingCounted], BEHIND],
  [
    "votes can't be taken, and nothing is counted",
    [away("voting"), nothingCounted],
    [...BEHIND, "TallyroomVotesRefused"],
  ],
])("while %s, this is held back and everything else is told", async (_, causes, held) => {
  const firing = [...causes, ...others.map((alertname) => ({ alertname }))]
  const isHeld = ({ alertname = "" }: Labels) => held.includes(alertname)
  const told = firing.filter((labels) => !isHeld(labels)).map(({ alertname }) => alertname)
  await post(firing, Date.now() + HOUR_MS)
  try {
    // The webhook hears of all at once: whoever is missing then was held back.
    await waitFor("the webhook to hear of the others", () => heardOf().length === told.length)
    expect(heardOf()).toEqual(told.sort())
    expect(await suppressed()).toEqual([...held].sort())
  } finally {
    await post(firing, Date.now())
    await waitFor("all of it to be over", () => heardOf().length === 0)
  }
})

const heardOf = () =>
  webhook
    .firing()
    .map(({ alertname }) => alertname)
    .sort()

/** @param endsAt when they are over (ms since 1970) */
async function post(alerts: Labels[], endsAt: number): Promise<void> {
  const answer = await fetch(`http://${alertmanager.address}/api/v2/alerts`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(alerts.map((labels) => ({ labels, endsAt: new Date(endsAt).toISOString() }))),
  })
  expect(answer.status).toBe(200)
}

async function suppressed(): Promise<(string | undefined)[]> {
  const answer = await fetch(`http://${alertmanager.address}/api/v2/alerts`)
  return z
    .array(alertSchema)
    .parse(await answer.json())
    .filter(({ status }) => status.state === "suppressed")
    .map(({ labels }) => labels.alertname)
    .sort()
}

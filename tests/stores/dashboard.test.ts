/** Every panel of the dashboard shows something: its queries run on a real Prometheus that has scraped a real flood. */

import { beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { tallyroomDashboard } from "../../scripts/monitoring/dashboard/tallyroom"
import { voteWithAllMight } from "../../scripts/services/apps/full-load"
import {
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { type Prometheus, type Series, startPrometheus } from "../../scripts/services/monitoring/prometheus"
import { waitFor } from "../../scripts/services/wait"
import { useStores } from "../harness/stores"

setDefaultTimeout(120_000)
const POLL = "cats-vs-dogs"
const FLOOD_MS = 10_000
/** As often as one open ballot page asks. */
const PAGE_ASKS_MS = 1_000
/** What is asked for: the flood, and what came before and after it. */
const SECONDS = 30
const stores = useStores()

type Target = { expr: string; legendFormat: string }
const queries = (tallyroomDashboard().panels ?? []).flatMap((panel) => {
  const { title = "", targets = [] } = panel as { title?: string; targets?: Target[] }
  return targets.map((target) => ({ panel: title, ...target }))
})

let prometheus: Prometheus
let accepted: number

/** What Grafana would ask for where something is scraped once a second. */
const asked = (expr: string) => prometheus.range(expr.replaceAll("$__rate_interval", "5s"), SECONDS)
const shown = (series: Series[]) => series.flatMap(({ values }) => values.filter(Number.isFinite))
const of = (panel: string) => queries.filter((query) => query.panel === panel)

beforeAll(async () => {
  const all = stores()
  const worker = await startWorkerProcess(all)
  await worker.app.waitReady()
  const vote = await startVoteProcess(all)
  const result = await startResultProcess(all)
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-prometheus-"))
  all.defer(() => rmSync(dir, { recursive: true, force: true }))
  const targetOf = ({ managementUrl }: { managementUrl: string }) => [new URL(managementUrl).host]
  const targets = { vote: targetOf(vote), worker: targetOf(worker), result: targetOf(result) }
  prometheus = await startPrometheus({ dir, targets })
  all.defer(() => prometheus.stop())
  await waitFor("the poll", async () => (await fetch(`${vote.url}/api/polls/${POLL}`)).ok)
  const viewer = new WebSocket(`${result.url.replace("http", "ws")}/live?poll=${POLL}`)
  all.defer(() => viewer.close())
  await waitFor("the viewer to be let in", () => viewer.readyState === WebSocket.OPEN)
  const page = setInterval(() => void fetch(`${vote.url}/api/polls/${POLL}/now`), PAGE_ASKS_MS)
  all.defer(() => clearInterval(page))
  accepted = await voteWithAllMight(vote.url, POLL, AbortSignal.timeout(FLOOD_MS))
  const counted = async () => (await asked("sum(tallyroom_worker_ballots_counted_total)"))[0]?.values.at(-1)
  // More were, where an answer came too late for its voter.
  await waitFor("all votes to be counted and scraped", async () => ((await counted()) ?? 0) >= accepted)
}, 120_000)

test("the flood was one", () => {
  expect(accepted).toBeGreaterThan(100)
  expect(queries.length).toBeGreaterThan(20)
})

test.each(queries)("$panel: $expr", async ({ expr }) => {
  expect(shown(await asked(expr)).length).toBeGreaterThan(0)
})

test("series have the labels by which Grafana names them", async () => {
  for (const { expr, legendFormat } of queries) {
    const names = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = ""]) => name)
    const labels = (await asked(expr)).map((series) => Object.keys(series.labels))
    // That stands for series that are not there, and has no labels.
    const isStandIn = expr.endsWith("or on() vector(0)")
    for (const has of labels.filter((it) => !isStandIn || it.length > 0))
      expect([expr, ...has]).toEqual(expect.arrayContaining(names))
  }
})

test("the panels tell of this flood", async () => {
  const most = async (panel: string) => Math.max(...shown(await asked(of(panel)[0]?.expr ?? "")))
  expect(await most("Votes by answer")).toBeGreaterThan(10)
  expect(await most("Counted")).toBeGreaterThan(10)
  expect(await most("Viewers")).toBe(1)
  expect(await most("Click to screen")).toBeGreaterThan(0)
  expect(await most("Open ballot pages")).toBeGreaterThan(0.5)
  expect(await most("Open ballot pages")).toBeLessThan(2)
  expect(await most("Time between a page's questions")).toBe(1)
  // The histogram's last bound is no figure: what took longer would be shown as that.
  expect(await most("Click to screen")).toBeLessThan(60)
  expect(await most("Size of batches")).toBeGreaterThan(1)
  const processes = await asked(of("Memory")[0]?.expr ?? "")
  expect(processes.map(({ labels }) => labels.app).sort()).toEqual(["result", "vote", "worker"])
})

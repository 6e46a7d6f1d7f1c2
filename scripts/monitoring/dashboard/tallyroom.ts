/** The dashboard: a ballot's way from the voter to the screen, row by row, and the processes on it. */

import type { Builder } from "@grafana/grafana-foundation-sdk/cog"
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  type Panel,
  RowBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard"
import { chart, quantiles, rate } from "./panel"

/** What Grafana knows the dashboard by, in links as well. */
const UID = "tallyroom"

/** Other programs have metrics of these names, too. */
const OURS = `{app=~"vote|worker|result"}`
const BY_PROCESS = "{{app}} {{instance}}"

/** A viewer without a WebSocket asks so often (`apps/result/live/live-asking.ts`). */
const SECONDS_A_QUESTION = 2

/** What shows no series while all is well shows 0. */
const orNothing = (expr: string) => `${expr} or on() vector(0)`

const votes = [
  chart({
    title: "Votes by answer",
    description:
      "Ballots that were answered, a second. `accepted` are new votes; refusals have the names of their problems.",
    unit: "reqps",
    queries: [{ expr: `sum by (answer) (${rate("tallyroom_vote_ballots_total")})`, legend: "{{answer}}" }],
    isStacked: true,
  }),
  chart({
    title: "Time to the answer",
    description: "From a ballot's request to its answer. Nobody should wait for more than 200 ms.",
    unit: "s",
    queries: quantiles("tallyroom_vote_cast_seconds"),
  }),
  chart({
    title: "Votes that could not be taken",
    description:
      "Ballots a second that were answered 503, by cause. Their voters are asked to send them again.",
    unit: "reqps",
    queries: [
      {
        expr: orNothing(`sum by (cause) (${rate("tallyroom_vote_unavailable_total")})`),
        legend: "{{cause}}",
      },
    ],
    isStacked: true,
  }),
  chart({
    title: "Open ballot pages",
    description:
      "About how many ballot pages are in sight, of all vote processes: each asks how its poll stands, again and again.",
    unit: "short",
    queries: [{ expr: `sum(${rate("tallyroom_vote_ask_intervals_seconds_total")})`, legend: "open" }],
  }),
  chart({
    title: "Time between a page's questions",
    description:
      "After how long an open page asks again: a second, and more where more pages are open than vote is to answer in one (ASKS_PER_SECOND).",
    unit: "s",
    queries: [
      {
        expr: `sum(${rate("tallyroom_vote_ask_intervals_seconds_total")}) / sum(${rate("tallyroom_vote_asks_total")})`,
        legend: "on average",
      },
    ],
  }),
]

const counting = [
  chart({
    title: "Backlog",
    description: "Accepted ballots that are not counted yet, by shard. It should stay near 0.",
    unit: "short",
    queries: [{ expr: "sum by (shard) (tallyroom_worker_backlog)", legend: "shard {{shard}}" }],
    isStacked: true,
  }),
  chart({
    title: "Age of the backlog",
    description:
      "How long ago the oldest ballot was accepted that a worker has read and not counted, by shard.",
    unit: "s",
    queries: [{ expr: "max by (shard) (tallyroom_worker_backlog_age_seconds)", legend: "shard {{shard}}" }],
  }),
  chart({
    title: "Counted",
    description: "Ballots a second that came into Postgres, and entries that could not be counted.",
    unit: "cps",
    queries: [
      { expr: `sum(${rate("tallyroom_worker_ballots_counted_total")})`, legend: "counted" },
      { expr: `sum(${rate("tallyroom_worker_entries_set_aside_total")})`, legend: "set aside" },
    ],
  }),
  chart({
    title: "Size of batches",
    description: "How many entries one commit counts. They grow by themselves under a flood.",
    unit: "short",
    queries: quantiles("tallyroom_worker_batch_entries"),
  }),
  chart({
    title: "Time of batches",
    description: "How long Postgres takes to count one batch.",
    unit: "s",
    queries: quantiles("tallyroom_worker_commit_seconds"),
  }),
  chart({
    title: "Shards and stores",
    description: "Shards that are counted, of all workers, and whether each worker reaches each store.",
    unit: "short",
    queries: [
      { expr: "sum(tallyroom_worker_shards_open)", legend: "shards counted" },
      { expr: "min by (store) (tallyroom_worker_connected)", legend: "{{store}} reached" },
    ],
  }),
  chart({
    title: "Failovers of Postgres",
    description:
      "How often a standby of Postgres took over since a process began. A step up is a failover, and a step down a process that was started anew.",
    unit: "short",
    queries: [{ expr: "max by (app) (tallyroom_postgres_failovers_total)", legend: "{{app}}" }],
  }),
]

const screens = [
  chart({
    title: "Click to screen",
    description:
      "From accepting a ballot to publishing the snapshot in which it is counted, of the oldest ballot that a snapshot shows first. By the clocks of the inbox and of result.",
    unit: "s",
    queries: quantiles("tallyroom_result_click_to_screen_seconds"),
  }),
  chart({
    title: "Viewers",
    description:
      "Open WebSockets, by process, and about how many viewers without one ask over HTTP, each every two seconds. Whom a cache answers shows nowhere.",
    unit: "short",
    queries: [
      { expr: "sum by (instance) (tallyroom_result_viewers)", legend: "{{instance}}" },
      {
        expr: `${SECONDS_A_QUESTION} * sum(${rate("tallyroom_result_snapshots_asked_total")})`,
        legend: "over HTTP",
      },
    ],
    isStacked: true,
  }),
  chart({
    title: "Snapshots",
    description: "Snapshots that were published a second, and how many times one was handed to a viewer.",
    unit: "cps",
    queries: [
      { expr: `sum(${rate("tallyroom_result_snapshots_published_total")})`, legend: "published" },
      { expr: `sum(${rate("tallyroom_result_deliveries_total")})`, legend: "delivered" },
    ],
  }),
  chart({
    title: "Change to snapshot",
    description:
      "From hearing of a change to publishing the snapshot that shows it: result's part of the way.",
    unit: "s",
    queries: quantiles("tallyroom_result_publish_lag_seconds"),
  }),
  chart({
    title: "Reading snapshots",
    description: "How long Postgres takes to read all polls that changed.",
    unit: "s",
    queries: quantiles("tallyroom_result_snapshot_query_seconds"),
  }),
  chart({
    title: "Sent to viewers",
    description: "Bytes of snapshots a second.",
    unit: "Bps",
    queries: [{ expr: `sum(${rate("tallyroom_result_sent_bytes_total")})`, legend: "sent" }],
  }),
]

const processes = [
  chart({
    title: "CPU",
    description: "Processors that each process keeps busy. Its JavaScript runs on one.",
    unit: "short",
    queries: [{ expr: rate(`process_cpu_seconds_total${OURS}`), legend: BY_PROCESS }],
  }),
  chart({
    title: "Memory",
    description: "Resident memory of each process.",
    unit: "bytes",
    queries: [{ expr: `process_resident_memory_bytes${OURS}`, legend: BY_PROCESS }],
  }),
  chart({
    title: "Event loop",
    description:
      "What 99 of 100 turns of the event loop come late by, and for how long a process has been too busy to answer at all.",
    unit: "s",
    queries: [
      { expr: `nodejs_eventloop_lag_p99_seconds${OURS}`, legend: `${BY_PROCESS} p99` },
      { expr: `max by (app) (tallyroom_busy_seconds)`, legend: "{{app}} too busy" },
    ],
  }),
]

const ROWS: readonly { title: string; panels: readonly Builder<Panel>[] }[] = [
  { title: "Votes come in", panels: votes },
  { title: "Votes are counted", panels: counting },
  { title: "Everybody sees them", panels: screens },
  { title: "Processes", panels: processes },
]

export function tallyroomDashboard(): Dashboard {
  const dashboard = new DashboardBuilder("Tallyroom")
    .uid(UID)
    .description("A ballot's way: taken by vote, counted by worker, shown by result.")
    .tags(["tallyroom"])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .refresh("10s")
    .time({ from: "now-30m", to: "now" })
    .timezone("browser")
    .withVariable(new DatasourceVariableBuilder("datasource").label("Prometheus").type("prometheus"))
  for (const { title, panels } of ROWS) {
    dashboard.withRow(new RowBuilder(title))
    for (const panel of panels) dashboard.withPanel(panel)
  }
  return dashboard.build()
}

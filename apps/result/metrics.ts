/** What result tells Prometheus. */

import type { Listener } from "@tallyroom/lib/postgres/listener"
import { Counter, Gauge, Histogram, type Registry } from "prom-client"

export type LiveMetrics = {
  /** A message of so many bytes went out to so many viewers, so many milliseconds after its change was noted. */
  published: (viewers: number, lagMs: number, bytes: number) => void
  /** Viewers see a ballot counted so many milliseconds after it was accepted, by the clocks of the inbox and of this process. */
  seen: (ms: number) => void
  /** Runs a read of snapshots and notes how long it took. */
  timed: <T>(read: () => Promise<T>) => Promise<T>
}

/** Registers what live tallies tell Prometheus. */
export function liveMetrics(registry: Registry): LiveMetrics {
  const registers = [registry]
  const published = new Counter({
    name: "tallyroom_result_snapshots_published_total",
    help: "Snapshots of tallies that were published, each once for all of its viewers.",
    registers,
  })
  const deliveries = new Counter({
    name: "tallyroom_result_deliveries_total",
    help: "Snapshots handed to viewers' sockets, once for each viewer.",
    registers,
  })
  const sent = new Counter({
    name: "tallyroom_result_sent_bytes_total",
    help: "Bytes of snapshots handed to viewers' sockets, before framing and TLS.",
    registers,
  })
  const lag = new Histogram({
    name: "tallyroom_result_publish_lag_seconds",
    help: "Seconds from noting a change to publishing the snapshot that shows it.",
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers,
  })
  const seen = new Histogram({
    name: "tallyroom_result_click_to_screen_seconds",
    help: "From accepting a ballot to publishing the snapshot in which it is counted, by the inbox's clock and this one's: of the oldest ballot that a snapshot shows first",
    buckets: [0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 60],
    registers,
  })
  const query = new Histogram({
    name: "tallyroom_result_snapshot_query_seconds",
    help: "Seconds that Postgres took to read the tallies of all changed polls, in one statement.",
    buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3],
    registers,
  })
  return {
    published: (viewers, lagMs, bytes) => {
      published.inc()
      deliveries.inc(viewers)
      sent.inc(viewers * bytes)
      lag.observe(lagMs / 1_000)
    },
    seen: (ms) => seen.observe(Math.max(0, ms) / 1_000),
    timed: async (read) => {
      const end = query.startTimer()
      return read().finally(() => end())
    },
  }
}

/** Why a viewer was refused: the kinds of problem that `Seats` throws. */
export type ViewerLimit = "viewers-full" | "network-full"

/**
 * Registers how many viewers there are, and how many were refused.
 * @returns counts a viewer who was refused
 */
export function viewerMetrics(registry: Registry, viewers: () => number): (limit: ViewerLimit) => void {
  askedGauge(registry, "viewers", "Viewers: open WebSockets of this process.", viewers)
  const refused = new Counter({
    name: "tallyroom_result_viewers_refused_total",
    help: "Viewers who found no place, by limit: MAX_VIEWERS (viewers-full) or NETWORK_SHARE (network-full).",
    labelNames: ["limit"],
    registers: [registry],
  })
  // From the start, so that Prometheus sees the first refusal as an increase.
  for (const limit of ["viewers-full", "network-full"]) refused.inc({ limit }, 0)
  return (limit) => refused.inc({ limit })
}

/**
 * Registers how often viewers without a WebSocket ask.
 * @returns counts one time
 */
export function askedCounter(registry: Registry): () => void {
  const asked = new Counter({
    name: "tallyroom_result_snapshots_asked_total",
    help: "Snapshots that were asked for over HTTP, as viewers without a WebSocket do, each of them every two seconds.",
    registers: [registry],
  })
  return () => asked.inc()
}

/** Registers whether Postgres is reached, and whether its notifications are heard. */
export function postgresMetrics(registry: Registry, state: () => Listener["state"]): void {
  const connected = "1 while Postgres is reached: its changes are heard, or asked for each second; else 0."
  const listening =
    "1 while the notifications of Postgres are heard; 0 while it is away or is asked each second instead."
  askedGauge(registry, "connected", connected, () => (["listening", "asking"].includes(state()) ? 1 : 0))
  askedGauge(registry, "listening", listening, () => (state() === "listening" ? 1 : 0))
}

/** A gauge whose value is read whenever Prometheus asks. */
function askedGauge(registry: Registry, name: string, help: string, value: () => number): void {
  new Gauge({
    name: `tallyroom_result_${name}`,
    help,
    registers: [registry],
    collect() {
      this.set(value())
    },
  })
}

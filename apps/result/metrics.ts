/** What result tells Prometheus. */

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
    help: "Snapshots published to a topic",
    registers,
  })
  const deliveries = new Counter({
    name: "tallyroom_result_deliveries_total",
    help: "Snapshots handed to viewers' sockets",
    registers,
  })
  const sent = new Counter({
    name: "tallyroom_result_sent_bytes_total",
    help: "Bytes of snapshots and numbers handed to viewers' sockets",
    registers,
  })
  const lag = new Histogram({
    name: "tallyroom_result_publish_lag_seconds",
    help: "From noting a change to publishing the snapshot that shows it",
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
    help: "Reading all changed polls in one statement",
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

/** A gauge whose value is read whenever Prometheus asks. */
export function askedGauge(registry: Registry, name: string, help: string, value: () => number): void {
  new Gauge({
    name: `tallyroom_result_${name}`,
    help,
    registers: [registry],
    collect() {
      this.set(value())
    },
  })
}

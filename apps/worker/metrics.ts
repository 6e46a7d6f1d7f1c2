/** What the worker tells Prometheus. */

import { Counter, Gauge, Histogram, type Registry } from "prom-client"

export type WorkerMetrics = ReturnType<typeof createMetrics>

/** Registers a gauge of the connections, which are looked at whenever Prometheus asks. */
export function connectionMetrics(registry: Registry, connected: Record<string, () => boolean>): void {
  new Gauge({
    name: "tallyroom_worker_connected",
    help: "1 while this worker reaches the store (postgres, redis, or inbox: the broker), else 0.",
    labelNames: ["store"],
    registers: [registry],
    collect() {
      for (const [store, isConnected] of Object.entries(connected)) this.set({ store }, isConnected() ? 1 : 0)
    },
  })
}

export function createMetrics(registry: Registry) {
  const registers = [registry]
  return {
    counted: new Counter({
      name: "tallyroom_worker_ballots_counted_total",
      help: "Ballots that were counted: written into Postgres.",
      registers,
    }),
    deadLetters: new Counter({
      name: "tallyroom_worker_entries_set_aside_total",
      help: "Entries that were not counted: late, undecodable, or of an unknown poll or option.",
      registers,
    }),
    commitSeconds: new Histogram({
      name: "tallyroom_worker_commit_seconds",
      help: "Seconds that Postgres took to count one batch of ballots.",
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
      registers,
    }),
    batchEntries: new Histogram({
      name: "tallyroom_worker_batch_entries",
      help: "How many entries of the inbox one commit counted.",
      buckets: [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000],
      registers,
    }),
    shardsOpen: new Gauge({
      name: "tallyroom_worker_shards_open",
      help: "Shards that this worker holds and has found in order.",
      registers,
    }),
    backlog: new Gauge({
      name: "tallyroom_worker_backlog",
      help: "Accepted ballots that wait in the shards of this worker.",
      labelNames: ["shard"],
      registers,
    }),
    retainedBytes: new Gauge({
      name: "tallyroom_worker_retained_bytes",
      help: "Memory of Redis that counted ballots take which are kept for INBOX_RETENTION, in the shards of this worker.",
      labelNames: ["shard"],
      registers,
    }),
    retentionMissing: new Gauge({
      name: "tallyroom_worker_retention_missing_seconds",
      help: "By how much less than INBOX_RETENTION's age counted ballots reach back, as its size or Redis's memory was short, in the shards of this worker; 0 while they reach as far as they should.",
      labelNames: ["shard"],
      registers,
    }),
    backlogAge: new Gauge({
      name: "tallyroom_worker_backlog_age_seconds",
      help: "How long ago the oldest ballot was accepted that was read and is not counted yet, by the inbox's clock and this one's; 0 without one.",
      labelNames: ["shard"],
      registers,
    }),
    lost: new Gauge({
      name: "tallyroom_worker_ballots_lost",
      help: "Accepted ballots that were lost with a store, of polls that did not become final more than a week ago. Said by the worker that holds shard 0; 0 from others.",
      registers,
    }),
    unbalanced: new Gauge({
      name: "tallyroom_worker_unbalanced_polls",
      help: "Polls whose tally differs from the books, or whose books explain more ballots than were accepted. Said by the worker that holds shard 0; 0 from others.",
      registers,
    }),
  }
}

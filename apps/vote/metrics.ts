/** What Prometheus learns of the vote app. The counters are plain numbers until Prometheus asks, so that they cost a vote nothing. */

import { Counter, Gauge, Histogram, type Registry } from "prom-client"

export type Metrics = {
  /** Counts a ballot by what became of it: an outcome, or the kind of its problem. */
  ballot: (answer: string, seconds: number) => void
  /** Counts a question of an open ballot page, which was told to ask again after so long. */
  asked: (intervalMs: number) => void
  /** Counts a visitor cookie that was not signed here. */
  forgedCookie: () => void
  /** Counts one wait for replicas, which is for all ballots of a moment. */
  replicasWaitedFor: (seconds: number, isConfirmed: boolean) => void
  /** Counts one wait for sentinels, likewise. */
  sentinelsWaitedFor: (seconds: number, isConfirmed: boolean) => void
}

/** Around 200 ms, the limit for an answer, the buckets are finest. */
const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1]
const UNAVAILABLE = new Set(["inbox-full", "inbox-away", "internal"])

/** @param isFull whether the inbox has no room for ballots */
export function createMetrics(registry: Registry, isConnected: () => boolean, isFull = () => false): Metrics {
  const registers = [registry]
  const ballots = countedByLabel(
    registry,
    "tallyroom_vote_ballots_total",
    "Requests to vote, by answer: an outcome (accepted, repeated, ...), or the kind of its problem.",
    "answer",
  )
  const unavailable = countedByLabel(
    registry,
    "tallyroom_vote_unavailable_total",
    "Requests to vote that were answered 503 or 500, as the ballot could not be taken, by cause.",
    "cause",
  )
  const duration = new Histogram({
    name: "tallyroom_vote_cast_seconds",
    help: "Seconds from a request to vote to its answer.",
    buckets: SECONDS,
    registers,
  })
  const waited = new Histogram({
    name: "tallyroom_vote_replica_wait_seconds",
    help: "Seconds that the ballots of a moment waited for the disks of replicas (INBOX_REPLICAS), by whether enough confirmed in time.",
    labelNames: ["confirmed"],
    buckets: SECONDS,
    registers,
  })
  const passed = new Histogram({
    name: "tallyroom_vote_sentinel_wait_seconds",
    help: "Seconds that ballots which replicas had waited for the sentinels to say that the master stays, by whether most of them said so in time.",
    labelNames: ["confirmed"],
    buckets: SECONDS,
    registers,
  })
  const forged = new Counter({
    name: "tallyroom_vote_forged_cookies_total",
    help: "Visitor cookies that were not signed here, each taken for none.",
    registers,
  })
  let asks = 0
  let intervalsMs = 0
  new Counter({
    name: "tallyroom_vote_asks_total",
    help: "Questions of open ballot pages how their poll stands that were answered.",
    registers,
    collect() {
      this.reset()
      this.inc(asks)
    },
  })
  new Counter({
    name: "tallyroom_vote_ask_intervals_seconds_total",
    help: "Seconds after which these pages were told to ask again: divided by tallyroom_vote_asks_total, how often a page asks.",
    registers,
    collect() {
      this.reset()
      this.inc(intervalsMs / 1_000)
    },
  })
  new Gauge({
    name: "tallyroom_vote_inbox_connected",
    help: "1 while there is a connection to Redis, else 0.",
    registers,
    collect() {
      this.set(isConnected() ? 1 : 0)
    },
  })
  new Gauge({
    name: "tallyroom_vote_inbox_full",
    help: "1 while Redis takes no ballots because its memory or its disk has no room, else 0.",
    registers,
    collect() {
      this.set(isFull() ? 1 : 0)
    },
  })
  return {
    ballot(answer, seconds) {
      ballots(answer)
      if (UNAVAILABLE.has(answer)) unavailable(answer)
      duration.observe(seconds)
    },
    asked(intervalMs) {
      asks++
      intervalsMs += intervalMs
    },
    forgedCookie: () => forged.inc(),
    replicasWaitedFor: (seconds, isConfirmed) =>
      waited.observe({ confirmed: isConfirmed ? "yes" : "no" }, seconds),
    sentinelsWaitedFor: (seconds, isConfirmed) =>
      passed.observe({ confirmed: isConfirmed ? "yes" : "no" }, seconds),
  }
}

function countedByLabel(registry: Registry, name: string, help: string, label: string) {
  const counts = new Map<string, number>()
  new Counter({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset()
      for (const [value, count] of counts) this.inc({ [label]: value }, count)
    },
  })
  return (value: string) => void counts.set(value, (counts.get(value) ?? 0) + 1)
}

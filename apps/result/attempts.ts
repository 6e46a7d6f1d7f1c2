/** Slows guessing down: each network may fail a few times, then has to wait. */

/** Failures that a network has before it waits, and how long until one is forgiven. */
const FAILURES = 10
const FORGIVEN_EVERY_MS = 6_000
/** Failures of all networks together, refilled as evenly; past it a network that failed once waits already. */
const FAILURES_OVERALL = 100
const FORGIVEN_OVERALL_EVERY_MS = 600
/** The longest kept are forgotten first, so that many networks can't fill the memory. */
const NETWORKS = 10_000

/** A leaking bucket: failures that are not forgiven yet, at a moment. */
type Bucket = { level: number; at: number }

/**
 * Counts failed attempts. A network that never failed is never refused, so nobody can lock others out; one that is
 * refused is so with the right secret too, or waiting would not slow guessing.
 */
export class Attempts {
  readonly #networks = new Map<string, Bucket>()
  readonly #overall: Bucket = { level: 0, at: 0 }

  /** Seconds that this network has to wait before its next attempt; 0 when it may try. */
  waitOf(network: string, now = performance.now()): number {
    const bucket = this.#networks.get(network)
    if (!bucket) return 0
    const overallFull = levelOf(this.#overall, now, FORGIVEN_OVERALL_EVERY_MS) >= FAILURES_OVERALL
    const excess = levelOf(bucket, now, FORGIVEN_EVERY_MS) - (overallFull ? 0 : FAILURES - 1)
    return excess <= 0 ? 0 : Math.ceil((excess * FORGIVEN_EVERY_MS) / 1_000)
  }

  failed(network: string, now = performance.now()): void {
    const bucket = this.#networks.get(network) ?? { level: 0, at: now }
    this.#networks.delete(network)
    this.#networks.set(network, bucket)
    add(bucket, now, FORGIVEN_EVERY_MS)
    add(this.#overall, now, FORGIVEN_OVERALL_EVERY_MS)
    const oldest = this.#networks.keys().next().value
    if (this.#networks.size > NETWORKS && oldest !== undefined) this.#networks.delete(oldest)
  }
}

function levelOf({ level, at }: Bucket, now: number, every: number): number {
  return Math.max(0, level - (now - at) / every)
}

function add(bucket: Bucket, now: number, every: number): void {
  bucket.level = levelOf(bucket, now, every) + 1
  bucket.at = now
}

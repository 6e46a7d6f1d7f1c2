/**
 * Keeps an app reachable whatever is done to its public port. A connection whose other end takes no answer for long is cut:
 * one that sends nothing, one that sends its headers or its body byte by byte, one that does not read. When descriptors run
 * out, those that have waited longest without an answer go at once, so that others, and the management port, are served.
 */

import { Counter, type Registry } from "prom-client"
import type { Log } from "../process/logging"
import { type Connection, descriptorLimit, KernelSockets } from "./kernel-sockets"

/**
 * A connection is cut at this look in a row at which nothing new had arrived at its other end: after 30 to 35 s, which is more
 * than the longest deadline of an answer (25 s), and than the pause between two pings of a viewer (22 s). Looks are counted,
 * and no time, so that a process which stood still does not cut everybody when it goes on.
 */
const STALLED_LOOKS = 7
const LOOK_MS = 5_000
/** More than the pause between two messages to a viewer of a quiet poll. */
const SEEMS_STALLED_LOOKS = 6
/** So often it is looked whether descriptors run out: as long as nobody can connect then. */
const COUNT_MS = 100
/**
 * So many descriptors are kept for others than connections that last: stores, files, the management port, and requests, whose
 * connections stay for half a minute. About as many come in a tenth of a second when somebody makes connections as fast as a
 * machine can; who finds none waits for the next look. Of a smaller limit it is half.
 */
const RESERVE = 1_000
/** When less than this part of the reserve is free, connections are cut until `KEPT_FREE` of it is. */
const PRESSED_FREE = 0.5
const KEPT_FREE = 0.8
/** The kernel makes 128 KB of it: enough for the largest page at once. Unlimited it keeps up to 4 MB for a client that does not read. */
const SEND_BUFFER_BYTES = 64 * 1_024
/** While connections are cut, the log says so once in this time. */
const LOG_MS = 10_000

type Why = "stalled" | "descriptors"
type Known = Connection & { looks: number; firstSeen: number }
export type Guarded = Pick<KernelSockets, "limit" | "lowestFree" | "connections" | "cut">
export type ConnectionGuard = { stop: () => void }

type GuardOptions = { port: number; registry: Registry; log: Pick<Log, "warn"> }

/** How many connections may stay open for long, so that none of them is cut as descriptors run out. */
export function mostConnections(): number {
  if (process.platform !== "linux") return Number.MAX_SAFE_INTEGER
  return lastingOf(descriptorLimit())
}

/** The same of a process that may have so many descriptors. */
export function lastingOf(limit: number): number {
  return limit - reserveOf(limit)
}

function reserveOf(limit: number): number {
  return Math.min(RESERVE, Math.ceil(limit / 2))
}

/** Guards the port of this process, on Linux alone: elsewhere the proxy in front has to. Call it once the port is open. */
export function guardConnections({ port, registry, log }: GuardOptions): ConnectionGuard {
  const sockets = kernelSockets(port, log)
  if (sockets === null) return { stop: () => {} }
  sockets.limitSendBuffers(SEND_BUFFER_BYTES)
  const cuts = cutsCounter(registry)
  let saidAt = Number.NEGATIVE_INFINITY
  const watch = new ConnectionWatch(sockets, (why, count) => {
    cuts.inc({ why }, count)
    if (performance.now() - saidAt < LOG_MS) return
    saidAt = performance.now()
    log.warn({ why, count }, WORDS[why])
  })
  const timers = [
    setInterval(() => watch.cutStalled(), LOOK_MS).unref(),
    setInterval(() => watch.cutUnderPressure(), COUNT_MS).unref(),
  ]
  return { stop: () => timers.forEach(clearInterval) }
}

/** Counts the connections that were cut. */
export function cutsCounter(registry: Registry) {
  return new Counter({
    name: "tallyroom_connections_cut_total",
    help: "Connections to the public port that were cut: stalled, or as descriptors ran out.",
    labelNames: ["why"],
    registers: [registry],
  })
}

const WORDS: Record<Why, string> = {
  stalled: "connections whose clients took no answer were cut",
  descriptors: "there were nearly no descriptors left, so connections that waited longest were cut",
}

function kernelSockets(port: number, log: Pick<Log, "warn">): KernelSockets | null {
  if (process.platform !== "linux") return null
  try {
    return new KernelSockets(port)
  } catch (err) {
    log.warn({ err }, "slow clients can't be cut here: let a proxy in front do it")
    return null
  }
}

/** Decides which connections are cut. */
export class ConnectionWatch {
  #lookedAt = 0
  /** At how many looks in a row each connection was as it is now, and since which look it is there, by its descriptor. */
  #known = new Map<number, Known>()

  /** @param cut is told how many connections were cut */
  constructor(
    private readonly sockets: Guarded,
    private readonly cut: (why: Why, count: number) => void,
  ) {}

  cutStalled(): void {
    this.#lookedAt++
    const found = this.#look()
    for (const one of found) one.looks++
    this.#cutAll(
      "stalled",
      found.filter(({ looks }) => looks >= STALLED_LOOKS),
    )
  }

  cutUnderPressure(): void {
    const { limit } = this.sockets
    const reserve = reserveOf(limit)
    const used = this.sockets.lowestFree()
    if (used < limit - reserve * PRESSED_FREE) return
    this.#lookedAt++
    const excess = Math.ceil(used - (limit - reserve * KEPT_FREE))
    // Thousands of viewers are not looked at ten times a second while others are enough.
    const others = this.#look(true).filter(({ arrived }) => arrived === 0n)
    const tooMany = inOrder(others.length >= excess ? others : this.#look()).slice(0, excess)
    // Whoever came since the last look may have sent a request that is read only now.
    this.#cutAll(
      "descriptors",
      tooMany.filter(({ arrived, firstSeen }) => arrived > 0n || firstSeen < this.#lookedAt),
    )
  }

  /** @param others whether clients are left out who were answered at an earlier look: nearly all of them are still the same */
  #look(others = false): Known[] {
    const isClient = (descriptor: number) => (this.#known.get(descriptor)?.arrived ?? 0n) > 0n
    const found = this.sockets.connections(others ? isClient : undefined).map((connection) => {
      const there = this.#known.get(connection.descriptor)
      const before = there?.cookie === connection.cookie ? there : undefined
      const looks = before?.arrived === connection.arrived ? before.looks : 0
      return { ...connection, looks, firstSeen: before?.firstSeen ?? this.#lookedAt }
    })
    if (!others) this.#known = new Map()
    for (const one of found) this.#known.set(one.descriptor, one)
    return found
  }

  #cutAll(why: Why, connections: Connection[]): void {
    for (const { descriptor } of connections) {
      this.sockets.cut(descriptor)
      this.#known.delete(descriptor)
    }
    if (connections.length > 0) this.cut(why, connections.length)
  }
}

/** In the order in which they are given up. */
function inOrder(found: Known[]): Known[] {
  return found
    .map((one) => ({ one, order: sacrifice(one) }))
    .sort((a, b) => byOrder(a.order, b.order))
    .map(({ one }) => one)
}

/**
 * The lower, the sooner a connection is given up. First those that were never answered, and of them those that have been there for
 * longest, whatever they send meanwhile, as others may be answered at this moment. Then those that seem stalled. Whoever was
 * answered is a client, and those that were there before the crowd, such as viewers, go last.
 */
function sacrifice({ arrived, looks, silentMs, firstSeen, descriptor }: Known): number[] {
  if (arrived === 0n) return [0, firstSeen, -silentMs]
  return [1, looks >= SEEMS_STALLED_LOOKS ? 0 : 1, -firstSeen, -descriptor]
}

function byOrder(a: number[], b: number[]): number {
  const at = a.findIndex((value, i) => value !== b[i])
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0)
}

/** Which Redis the sentinels name as the master, and connections that follow it. */

import { createConnection, Socket } from "node:net"
import { connect as connectEncrypted } from "node:tls"
import { AbstractConnector, Redis, type RedisOptions } from "ioredis"
import { reasonText } from "../../health"
import { type Access, currently } from "../access"
import { readStoreAddress, type StoreServer } from "../store-address"
import {
  type NamedMaster,
  placeIn,
  readMaster,
  type SentinelPlace,
  sentinelName,
  sentinelOptions,
  sentinelsIn,
} from "./sentinel-place"

/** A sentinel that says nothing for so long is left out: it may be on the machine that died. */
const ANSWER_MS = 500
/** So old an answer is good enough where several connections are lost at the same time. */
const FRESH_MS = 200
/**
 * How often it is looked whether another Redis becomes the master while the earlier one still answers. From the moment at which a sentinel
 * begins that it takes longer to promote a replica.
 */
const LOOK_MS = 200

/** Asks the sentinels for all connections of a process. */
class SentinelMap {
  private known: NamedMaster | null = null
  /** Why there is none for now. */
  private refusal: Error | null = null
  private asking: Promise<NamedMaster> | null = null
  private askedAt = Number.NEGATIVE_INFINITY
  private readonly followers = new Set<(master: NamedMaster | null) => void>()
  private timer: Timer | null = null
  /** To the sentinels that answer, by their names; kept as long as anybody follows. */
  private readonly connections = new Map<string, Redis>()

  /** @param place where the sentinels are, as it is at each call */
  constructor(private readonly place: () => SentinelPlace) {}

  /**
   * The master by the latest failover that any sentinel knows of: one that is cut off from the others names an earlier one.
   * @throws when no sentinel names one, with what each said, or when it is being replaced
   */
  async master(): Promise<NamedMaster> {
    if (performance.now() - this.askedAt < FRESH_MS) {
      if (this.refusal) throw this.refusal
      if (this.known) return this.known
    }
    this.asking ??= this.ask().finally(() => {
      this.asking = null
    })
    return this.asking
  }

  /** Calls `onMaster` each time that the master was asked for, with null while it is being replaced, until the returned function is called. */
  follow(onMaster: (master: NamedMaster | null) => void): () => void {
    this.followers.add(onMaster)
    this.timer ??= setInterval(() => void this.master().catch(() => {}), LOOK_MS).unref()
    return () => {
      this.followers.delete(onMaster)
      if (this.followers.size > 0 || !this.timer) return
      clearInterval(this.timer)
      this.timer = null
      // Others may wait for an ask that is under way, too: it leaves them at its end.
      if (!this.asking) this.leaveAllBut([])
    }
  }

  private async ask(): Promise<NamedMaster> {
    const place = this.place()
    this.leaveAllBut(place.servers.map(sentinelName))
    const answers = await Promise.allSettled(place.servers.map((server) => this.askSentinel(server, place)))
    if (this.followers.size === 0) this.leaveAllBut([])
    const named = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []))
    // Few that answer may be those that were cut off when they last named the master.
    const areFew = named.length * 2 <= place.servers.length
    const latest = latestOf(this.known && areFew && named.length > 0 ? [...named, this.known] : named)
    if (latest === null) throw new Error(unnamed(place, answers))
    this.askedAt = performance.now()
    if (isReplaced(latest, named)) {
      this.refusal = new Error("the sentinels are putting another Redis in the place of the master")
      for (const onMaster of this.followers) onMaster(null)
      throw this.refusal
    }
    this.refusal = null
    this.known = latest
    for (const onMaster of this.followers) onMaster(latest)
    return latest
  }

  private async askSentinel(server: StoreServer, place: SentinelPlace): Promise<NamedMaster> {
    const name = sentinelName(server)
    const sentinel = this.connections.get(name) ?? this.open(name, server, place)
    let reason: Error | null = null
    const hear = (error: Error) => {
      reason = error
    }
    sentinel.on("error", hear)
    try {
      if (sentinel.status === "wait") await sentinel.connect()
      return readMaster(await sentinel.call("SENTINEL", "MASTER", place.name))
    } catch (error) {
      this.leave(name, sentinel)
      throw reason ?? error
    } finally {
      sentinel.off("error", hear)
    }
  }

  private open(name: string, server: StoreServer, place: SentinelPlace): Redis {
    const sentinel = new Redis({
      ...sentinelOptions(server, place),
      ...{ lazyConnect: true, connectTimeout: ANSWER_MS, commandTimeout: ANSWER_MS, disconnectTimeout: 0 },
      retryStrategy: () => null,
    })
    // Whoever asks hears why; ioredis prints an error that nobody listens to.
    sentinel.on("error", () => {})
    sentinel.on("end", () => this.leave(name, sentinel))
    this.connections.set(name, sentinel)
    return sentinel
  }

  private leaveAllBut(names: readonly string[]): void {
    for (const [name, sentinel] of this.connections) if (!names.includes(name)) this.leave(name, sentinel)
  }

  private leave(name: string, sentinel: Redis): void {
    if (this.connections.get(name) === sentinel) this.connections.delete(name)
    sentinel.disconnect()
  }
}

/** Of the same failover, a sentinel that is not at work on it any more knows better. */
function latestOf(named: readonly NamedMaster[]): NamedMaster | null {
  const isLater = (it: NamedMaster, best: NamedMaster) =>
    it.epoch > best.epoch || (it.epoch === best.epoch && best.isBeingReplaced && !it.isBeingReplaced)
  return named.reduce<NamedMaster | null>((best, it) => (best && !isLater(it, best) ? best : it), null)
}

/** The one that is at work on it tells so alone. */
function isReplaced({ host, port }: NamedMaster, named: readonly NamedMaster[]): boolean {
  return named.some((it) => it.isBeingReplaced && it.host === host && it.port === port)
}

function unnamed({ name, servers }: SentinelPlace, answers: PromiseSettledResult<NamedMaster>[]): string {
  const said = answers.map((answer, i) => {
    const why = answer.status === "rejected" ? reasonText(answer.reason as Error) : ""
    return `${sentinelName(servers[i] as StoreServer)} says ${why}`
  })
  return `no sentinel names a master ${JSON.stringify(name)}: ${said.join("; ")}`
}

const leading = new WeakMap<object, NamedMaster>()

/** The Redis to which a connection leads, as a sentinel named it; undefined where none did. */
export function masterOf({ stream }: Pick<Redis, "stream">): NamedMaster | undefined {
  return leading.get(stream)
}

/** Makes a connection to the master that the sentinels name, and leaves it once they name another. */
class MasterConnector extends AbstractConnector {
  private unfollow: (() => void) | null = null

  constructor(
    private readonly map: SentinelMap,
    private readonly options: RedisOptions,
  ) {
    super(options.disconnectTimeout ?? 0)
  }

  /** Never rejects: ioredis would take that for the end, and try no more. Of a socket that is destroyed it says `firstError`. */
  async connect(): Promise<Socket> {
    this.connecting = true
    this.leave()
    try {
      const master = await this.map.master()
      if (!this.connecting) throw new Error("the connection was given up")
      this.stream = this.open(master)
    } catch (error) {
      this.firstError = error as Error
      this.stream = new Socket().destroy()
    }
    return this.stream as Socket
  }

  override check({ role }: { role?: string }): boolean {
    if (role === undefined || role === "master") return true
    this.stream.destroy(new Error("the sentinels name a Redis that is no master yet, or no longer"))
    return false
  }

  override disconnect(): void {
    this.leave()
    super.disconnect()
  }

  private leave(): void {
    this.unfollow?.()
    this.unfollow = null
  }

  private open(master: NamedMaster): Socket {
    const { host, port } = master
    const { tls, family } = this.options
    const to = { host, port, ...(family !== undefined && { family }) }
    const stream = tls ? connectEncrypted({ ...to, ...tls }) : createConnection(to)
    stream.once("error", (error) => {
      this.firstError = error
    })
    leading.set(stream, master)
    this.unfollow = this.map.follow((latest) => {
      if (latest?.host !== host || latest.port !== port) this.disconnect()
    })
    return stream
  }
}

/** While a replica takes the master's place, voters wait for no pause of ours. */
const LONGEST_PAUSE_MS = 500

/** By the access of a process: its connections share what is known. */
const maps = new WeakMap<Access, SentinelMap>()

/** How connections are made to the master of an address that names sentinels; null for another address. */
export function sentinelRoute(access: Access) {
  if (sentinelsIn(readStoreAddress(access().url), {}) === null) return null
  const map = maps.get(access) ?? new SentinelMap(currently(access, placeIn))
  maps.set(access, map)
  const connector = class extends MasterConnector {
    constructor(options: unknown) {
      super(map, options as RedisOptions)
    }
  }
  return { connector, longestPauseMs: LONGEST_PAUSE_MS }
}

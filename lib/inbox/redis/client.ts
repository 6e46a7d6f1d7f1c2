/** Connections to Redis that come back by themselves, and how they are. */

import { Redis, type RedisOptions } from "ioredis"
import { backoff } from "../../backoff"
import { type ConnectionEvents, onceMissed, unconnected } from "../../health"
import type { TlsFiles } from "../../tls-files"
import { type Access, accessBy, currently } from "../access"
import type { StoreAddress, StoreServer } from "../store-address"
import { checkServer } from "./fitness"
import { defineScripts } from "./run-scripts"
import { sentinelRoute } from "./sentinels"

const DEFAULT_PORT = 6_379
const CONNECT_TIMEOUT_MS = 2_000
/**
 * A command that got no answer by then fails, and if nothing came at all, its connection is destroyed and made anew: Redis may
 * have vanished without closing it, or the way to it is cut. Vote has a stricter limit of its own.
 */
const SILENT_MS = 5_000
/**
 * A connection that we give up is cut after this, even if Redis hangs and does not close its side. Until then whoever has a
 * command on it waits, and together with vote's 150 ms that must stay below 200 ms.
 */
const DISCONNECT_TIMEOUT_MS = 20
/** Load balancers and proxies cut what is idle, some after 10 s. */
const KEEP_ALIVE_MS = 4_000
/** How often a Redis that takes no writes is connected to anew. */
const RENEW_EACH_MS = 2_000
/** A Redis that hangs still lets connections in. Where another may have taken its place, it is left after this. */
const GREETING_MS = 2_000

/** What ioredis says of a command when there is no connection. */
const UNCONNECTED = /^(Stream isn't writeable|Reached the max retries|Connection is closed)/

/** Why the last connection was lost or could not be made; none while there is one. */
const reasons = new WeakMap<object, Error>()

/** Where a connection leads, which may be elsewhere each time that it is made. */
export type Route = {
  place(): RedisPlace
  /** Looks where it leads now. It is called before the first connection and whenever one was lost or failed, and never rejects. */
  renew?(): Promise<void>
  /** Calls `look` whenever it may lead elsewhere than before, until the returned function is called. */
  follow?(look: () => void): () => void
  /** Whether an error that was answered at `from` says that the route leads elsewhere by now. */
  leadsElsewhere?(error: Error, from: StoreServer): boolean
  /** The longest pause between two tries, in ms. */
  longestPauseMs?: number
  /** Whether it leads to nodes of a Redis Cluster. */
  isCluster?: boolean
  /** What makes its connections, where it is not known beforehand where they lead. */
  connector?: NonNullable<RedisOptions["Connector"]>
}

/**
 * Opens a connection that reconnects for ever, with backoff and jitter. Nothing is queued while it is down and nothing
 * is sent twice: a command that fails says so at once, and the caller decides.
 * @param access an address, or what is asked for it at each connection
 */
export function openRedis(
  access: string | Access,
  events: ConnectionEvents = {},
  answerTimeoutMs = SILENT_MS,
): Redis {
  const route = { place: redisPlace(access), ...sentinelRoute(accessBy(access)) }
  return openAlong(route, events, answerTimeoutMs)
}

/** The same along a route that may come to lead elsewhere. */
export function openAlong(route: Route, events: ConnectionEvents = {}, answerTimeoutMs = SILENT_MS): Redis {
  const { onError, onLost, onConnected } = onceMissed(events)
  // The database stays: ioredis would go back to the earlier one after it is ready.
  const takeRoute = () => Object.assign(redis.options, route.place(), { db: redis.options.db })
  const redis: Redis = new Redis({
    ...route.place(),
    ...(route.connector && { Connector: route.connector }),
    lazyConnect: route.renew !== undefined,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // `blockingTimeout` is left out: it would have a silent Redis look like an empty stream.
    commandTimeout: answerTimeoutMs,
    socketTimeout: answerTimeoutMs,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    disableClientInfo: true,
    retryStrategy: (attempt) => {
      takeRoute()
      void route.renew?.().then(takeRoute)
      return backoff(attempt, route.longestPauseMs)
    },
    reconnectOnError: connectsAnew(route, () => serverOf(redis.options)),
  })
  defineScripts(redis)
  endAlways(redis)
  checkServer(redis, route.isCluster)
  sayUnconnected(redis)
  redis.on("error", (error) => {
    reasons.set(redis, error)
    onError(error)
  })
  redis.on("close", onLost)
  redis.on("ready", () => {
    reasons.delete(redis)
    onConnected()
  })
  keepAlive(redis)
  if (route.renew || route.connector) leaveSilent(redis)
  if (route.renew) {
    leaveWrong(redis, route)
    const connect = () => {
      takeRoute()
      if (redis.status === "wait") redis.connect().catch(() => {})
    }
    void route.renew().then(connect)
  }
  return redis
}

/** What ioredis is told of a place. */
export type RedisPlace = ReturnType<typeof connectionOptions>

/** Where Redis is and how to come in, in the words of ioredis, as it is at each call. */
export function redisPlace(access: string | Access): () => RedisPlace {
  return currently(accessBy(access), connectionOptions)
}

/** What ioredis is told of an address, in such a way that a later one takes the place of all of it. */
export function connectionOptions(
  { scheme, host, port, user, password, path, parameters }: StoreAddress,
  files: TlsFiles,
) {
  return {
    ...{ host, port: portOf(port) },
    username: user,
    password,
    db: Number.parseInt(path, 10) || 0,
    ...(parameters.has("family") && { family: Number(parameters.get("family")) }),
    ...(scheme === "rediss" && { tls: files }),
  }
}

/** @param port as an address has it */
export function portOf(port: string): number {
  return Number(port) || DEFAULT_PORT
}

function serverOf({ host = "localhost", port = DEFAULT_PORT }: RedisOptions): StoreServer {
  return { host, port: String(port) }
}

type Rejecting = { reject: (error: Error) => void }

/** Has a command that fails as there is no connection say so, and why, rather than how ioredis was set up. */
function sayUnconnected(redis: Redis): void {
  const inner = redis as unknown as {
    sendCommand: (command: Rejecting, ...more: unknown[]) => unknown
    flushQueue: (error: Error, ...more: unknown[]) => void
  }
  const inOurWords = (error: Error) =>
    UNCONNECTED.test(error.message) ? new Error(unconnected("Redis", reasons.get(redis))) : error
  const [sendCommand, flushQueue] = [inner.sendCommand.bind(redis), inner.flushQueue.bind(redis)]
  inner.sendCommand = (command, ...more) => {
    if (redis.status !== "ready" || !redis.stream?.writable) {
      const reject = command.reject
      command.reject = (error) => reject(inOurWords(error))
    }
    return sendCommand(command, ...more)
  }
  inner.flushQueue = (error, ...more) => flushQueue(inOurWords(error), ...more)
}

/** Has a connection that is given up between two tries end as any other: ioredis stops trying, and says nothing of it. */
function endAlways(redis: Redis): void {
  const disconnect = redis.disconnect.bind(redis)
  redis.disconnect = (reconnect = false) => {
    disconnect(reconnect)
    if (reconnect || redis.status !== "reconnecting") return
    redis.status = "end"
    redis.emit("end")
  }
}

/** An idle connection is asked for the time, which every user of ours may ask for. */
function keepAlive(redis: Redis): void {
  const timer = setInterval(() => {
    if (redis.status === "ready") void redis.time().catch(() => {})
  }, KEEP_ALIVE_MS)
  timer.unref()
  redis.on("end", () => clearInterval(timer))
}

/** Gives up a connection that was let in and gets no answer, where the route may lead to another Redis by now. */
function leaveSilent(redis: Redis): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  redis.on("connect", () => {
    clearTimeout(timer)
    timer = setTimeout(() => redis.status === "connect" && redis.disconnect(true), GREETING_MS)
  })
  for (const event of ["ready", "close"]) redis.on(event, () => clearTimeout(timer))
}

/** Gives up a connection in the making as soon as it is known to lead to the wrong Redis: to one that is gone it may take long. */
function leaveWrong(redis: Redis, route: Route): void {
  const look = () => {
    const { host, port } = route.place()
    const isRight = redis.options.host === host && redis.options.port === port
    if (!isRight && ["connecting", "connect"].includes(redis.status)) redis.disconnect(true)
  }
  const unfollow = route.follow?.(look)
  if (unfollow) redis.on("end", unfollow)
}

/** Which answers have a connection made anew. */
function connectsAnew({ leadsElsewhere }: Route, from: () => StoreServer): (error: Error) => boolean {
  const isDemotion = demotions()
  return (error) => leadsElsewhere?.(error, from()) || isDemotion(error)
}

/**
 * A Redis that was made a replica keeps its connections, and refuses to write over them for ever; likewise a node that is parted from
 * its cluster. Its name may lead to another Redis by now, so the connection is made anew; while it does not, reading goes on in between.
 */
function demotions(): (error: Error) => boolean {
  let renewedAt = Number.NEGATIVE_INFINITY
  return ({ message }) => {
    if (!/^(READONLY|CLUSTERDOWN)/.test(message) || performance.now() - renewedAt < RENEW_EACH_MS)
      return false
    renewedAt = performance.now()
    return true
  }
}

/** Why nothing can be asked of this Redis now; null when something can. */
export function redisProblem(redis: Pick<Redis, "status">): string | null {
  return redis.status === "ready" ? null : unconnected("Redis", reasons.get(redis))
}

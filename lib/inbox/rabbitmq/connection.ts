/** The connection to RabbitMQ, which comes back by itself, and the name of a shard's stream there. */

import type { Socket } from "node:net"
import { Connection } from "rabbitmq-client"
import { type ConnectionEvents, onceMissed, type StoreHealth, unconnected } from "../../health"
import type { TlsFiles } from "../../tls-files"
import { type Access, currently } from "../access"
import { InboxAway } from "../contract"
import type { StoreAddress } from "../store-address"

const [PORT, TLS_PORT] = ["5672", "5671"]
const CONNECT_TIMEOUT_MS = 2_000
/** What the worker asks may take longer than what a voter waits for. */
export const RABBITMQ_ADMIN_TIMEOUT_MS = 5_000
const RETRY_LOW_MS = 100
const RETRY_HIGH_MS = 1_000
const HEARTBEAT_SECONDS = 5

/**
 * RabbitMQ answers up to 2 s before the names of its queues, and who leads them, are on its disk. Killed in between it comes
 * back without ballots that it had confirmed. Measured with 3.10 on one node.
 */
export const SETTLING_MS = 3_000

/** The stream queue that holds a shard's stream. */
export const queueOf = (stream: string) => `tallyroom.${stream}`

export class Rabbit implements StoreHealth {
  readonly connection: Connection
  private since = Number.NEGATIVE_INFINITY

  private reason: Error | undefined
  private readonly events: Required<ConnectionEvents>

  /** @param settlingMs how long a new connection is not used, because RabbitMQ may have started just before */
  constructor(
    access: Access,
    events: ConnectionEvents,
    private readonly settlingMs = 0,
  ) {
    this.events = onceMissed(events)
    const place = currently(access, connectionOptions)
    this.connection = new Connection({
      connectionName: "tallyroom",
      connectionTimeout: CONNECT_TIMEOUT_MS,
      acquireTimeout: CONNECT_TIMEOUT_MS,
      heartbeat: HEARTBEAT_SECONDS,
      ...place(),
      retryLow: RETRY_LOW_MS,
      retryHigh: RETRY_HIGH_MS,
      noDelay: true,
    })
    this.connection.on("error", (error) => this.fail(error))
    this.renewEachTime(place)
    this.connection.on("connection", () => {
      this.since = performance.now()
      this.reason = undefined
      this.events.onConnected()
    })
  }

  problem(): string | null {
    if (!this.connection.ready) return unconnected("RabbitMQ", this.reason)
    return performance.now() - this.since < this.settlingMs ? "RabbitMQ has just come back" : null
  }

  connectedAt(): number {
    return this.since
  }

  /** The client asks nobody before it connects again, and tells only of its first failures. */
  private renewEachTime(place: () => ReturnType<typeof connectionOptions>): void {
    const { connection } = this
    const connect = Reflect.get(connection, "_connect") as () => Socket
    Reflect.set(connection, "_connect", () => {
      const { hostname, port, username, password, tls } = place()
      const hosts = [{ hostname, port: Number(port) }]
      Object.assign(Reflect.get(connection, "_opt"), { hosts, username, password, ...(tls && { tls }) })
      return connect().once("error", (error) => this.fail(error))
    })
  }

  /** One failure may be told twice. */
  private fail(error: Error): void {
    if (error === this.reason) return
    // The client names the method that failed, even where there was none.
    error.message = error.message.replace(/^undefined: /, "")
    this.reason = error
    this.events.onError(error)
    this.events.onLost()
  }

  /** @throws {InboxAway} while there is no connection: nothing is held back until there is one */
  get(): Connection {
    const problem = this.problem()
    if (problem !== null) throw new InboxAway(problem)
    return this.connection
  }

  async close(): Promise<void> {
    this.connection.unsafeDestroy()
  }
}

const OWN_PARAMETERS = {
  heartbeat: "heartbeat",
  connection_timeout: "connectionTimeout",
  channel_max: "maxChannels",
}

/** The parameters that an address of RabbitMQ may have. */
export const RABBITMQ_PARAMETERS = Object.keys(OWN_PARAMETERS)

function connectionOptions(
  { scheme, host, port, user, password, path, parameters }: StoreAddress,
  files: TlsFiles,
) {
  const isEncrypted = scheme === "amqps"
  const own = Object.entries(OWN_PARAMETERS).flatMap(([name, option]) => {
    const value = Number.parseInt(parameters.get(name) ?? "", 10)
    return Number.isNaN(value) ? [] : [[option, Math.max(0, value)]]
  })
  return {
    hostname: host,
    port: port || (isEncrypted ? TLS_PORT : PORT),
    username: user || "guest",
    password: password || "guest",
    vhost: path || "/",
    ...(isEncrypted && { tls: files }),
    ...Object.fromEntries(own),
  }
}

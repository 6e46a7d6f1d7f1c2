/** The connection to RabbitMQ, which comes back by itself, and the name of a shard's stream there. */

import { Connection } from "rabbitmq-client"
import { type ConnectionEvents, type StoreHealth, unconnected } from "../../health"
import { InboxAway } from "../contract"

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

  /** @param settlingMs how long a new connection is not used, because RabbitMQ may have started just before */
  constructor(
    url: string,
    { onError, onLost, onConnected }: ConnectionEvents,
    private readonly settlingMs = 0,
  ) {
    this.connection = new Connection({
      url,
      connectionName: "tallyroom",
      connectionTimeout: CONNECT_TIMEOUT_MS,
      acquireTimeout: CONNECT_TIMEOUT_MS,
      heartbeat: HEARTBEAT_SECONDS,
      retryLow: RETRY_LOW_MS,
      retryHigh: RETRY_HIGH_MS,
      noDelay: true,
    })
    this.connection.on("error", (error) => {
      onError?.(error)
      onLost?.()
    })
    this.connection.on("connection", () => {
      this.since = performance.now()
      onConnected?.()
    })
  }

  problem(): string | null {
    if (!this.connection.ready) return unconnected("RabbitMQ")
    return performance.now() - this.since < this.settlingMs ? "RabbitMQ has just come back" : null
  }

  connectedAt(): number {
    return this.since
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

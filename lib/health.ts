/** How the stores are, in the same words for all of them: in readiness, in logs, and to whoever is refused. */

export type StoreName = "Postgres" | "Redis" | "NATS" | "RabbitMQ"

export interface StoreHealth {
  /** Why the store can't be used now, in words that name it; null when it can. */
  problem(): string | null
}

export function unconnected(store: StoreName): string {
  return `there is no connection to ${store}`
}

/** What a store's client tells of its connection, which comes back by itself. */
export type ConnectionEvents = {
  /** What went wrong; where the connection is lost, before that is told. */
  onError?: (error: Error) => void
  /** The connection was lost, or could not be made: told at each try. */
  onLost?: () => void
  onConnected?: () => void
}

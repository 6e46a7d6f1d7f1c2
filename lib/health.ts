/** How the stores are, in the same words for all of them: in readiness, in logs, and to whoever is refused. */

import { withRemedy } from "./remedies"

export type StoreName = "Postgres" | "Redis" | "NATS" | "RabbitMQ"

export interface StoreHealth {
  /** Why the store can't be used now, in words that name it; null when it can. */
  problem(): string | null
}

/** @param reason why, as far as it is known */
export function unconnected(store: StoreName, reason?: Error | string): string {
  const why = reason instanceof Error ? reasonText(reason) : reason
  return `there is no connection to ${store}${why ? `: ${withRemedy(store, why)}` : ""}`
}

/** Looking a name up with several addresses ends with an error that has no message of its own. */
export function reasonText(error: Error): string {
  const all = error instanceof AggregateError ? error.errors : []
  const causes = all.flatMap((one) => (one instanceof Error ? [one.message] : []))
  return error.message || causes.join("; ") || String((error as NodeJS.ErrnoException).code ?? error.name)
}

/** What a store's client tells of its connection, which comes back by itself. */
export type ConnectionEvents = {
  /** What went wrong; where the connection is lost, before that is told. */
  onError?: (error: Error) => void
  /**
   * The connection was lost, or could not be made: told at each try. Where a store has several, `parts` says in words to which of its
   * parts.
   */
  onLost?: (parts?: string) => void
  onConnected?: () => void
}

/** A proxy that cuts what is idle lets a new connection in at once: a loss that lasts so long is missed by somebody. */
const MISSED_MS = 1_000

/** The same events, but a loss is told only when it lasts, or the next try fails as well. */
export function onceMissed({ onError, onLost, onConnected }: ConnectionEvents): Required<ConnectionEvents> {
  let wasConnected = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const tell = () => {
    clearTimeout(timer)
    timer = undefined
    onLost?.()
  }
  return {
    onError: (error) => onError?.(error),
    onLost() {
      if (!wasConnected) return tell()
      wasConnected = false
      timer = setTimeout(tell, MISSED_MS)
    },
    onConnected() {
      clearTimeout(timer)
      timer = undefined
      wasConnected = true
      onConnected?.()
    },
  }
}

import { connect } from "node:net"
import type { OnCrash, Server } from "./server"

export interface BrokerOptions {
  /** Holds the data and the password. */
  readonly dir: string
  readonly port?: number
  readonly onLine?: (line: string) => void
  readonly logFile?: string
  readonly onCrash?: OnCrash
}

/** A server that holds the ballots in the place of Redis. */
export interface Broker extends Server {
  readonly port: number
  readonly url: string
}

const PATIENCE_MS = 2_000

/** Whether a server on this port of loopback sends anything, after our `hello` if it expects one. */
export function greets(port: number, hello?: Buffer): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ host: "127.0.0.1", port, timeout: PATIENCE_MS })
  socket.once("connect", () => hello && socket.write(hello))
  socket.once("data", () => resolve(true))
  for (const event of ["error", "close", "timeout"]) socket.once(event, () => resolve(false))
  return promise.finally(() => socket.destroy())
}

import { connect, createServer } from "node:net"
import { UserError } from "../terminal/user-error"

/**
 * Ports for stores lie below the range from which systems take the ports of outgoing connections (32768 on Linux,
 * 49152 on macOS): so nobody can take a store's port while it is down between a crash and its restart. A Kubernetes on this
 * machine takes what is sent to its node ports (30000 to 32767), whoever listens there.
 */
const LOWEST = 15_000
const HIGHEST = 29_999

/**
 * What this process was given last, and will listen on or tell a child to: several ports are found before the first of
 * them is taken. A long run asks for thousands, so older ones are forgotten; by then somebody listens there, or nobody will.
 */
const reserved = new Set<number>()
const RESERVED_AT_MOST = 1_000

/** A TCP port that nobody listens on at this moment, and that this process did not get from here just before. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST))
    if (reserved.has(port)) continue
    reserve(port)
    if ((await bindFailure(port)) === undefined && !(await answers(port))) return port
  }
}

function reserve(port: number): void {
  reserved.delete(port)
  reserved.add(port)
  for (const oldest of reserved) {
    if (reserved.size <= RESERVED_AT_MOST) return
    reserved.delete(oldest)
  }
}

/**
 * Throws a UserError unless this process could listen on the port alone; from then on freePort() gives it to nobody else.
 * Both looks are needed: the web servers share ports (SO_REUSEPORT), and a listener may hold only one address.
 */
export async function assertPortFree(port: number, what: string, setting: string): Promise<void> {
  const other = `${setting}=${port + 10}`
  const failure = await bindFailure(port)
  if (failure === "EACCES") {
    throw new UserError(
      `Port ${port} (needed for ${what}) is reserved for root: choose another with ${other}.`,
    )
  }
  if (failure === undefined && !(await answers(port))) return reserve(port)
  throw new UserError(
    `Port ${port} is taken (needed for ${what}). Stop what uses it, or choose another with ${other}.`,
  )
}

function bindFailure(port: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const server = createServer()
  server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "EADDRINUSE"))
  server.listen({ port, host: "0.0.0.0", exclusive: true }, () => server.close(() => resolve(undefined)))
  return promise
}

async function answers(port: number): Promise<boolean> {
  const found = await Promise.all([accepts("127.0.0.1", port), accepts("::1", port)])
  return found.includes(true)
}

function accepts(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ host, port })
  socket.once("connect", () => resolve(true))
  socket.once("error", () => resolve(false))
  return promise.finally(() => socket.destroy())
}

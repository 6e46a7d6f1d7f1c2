/** The sockets below connections to Postgres. postgres.js expects one that may still be connecting, and never an error. */

import { connect, Socket } from "node:net"
import type { Host } from "./address"

/** What a server without TLS answers to whoever asks for it. */
const REFUSES_TLS = "N".charCodeAt(0)

const isFolder = (name: string) => name.startsWith("/")

/** Whether all hosts are sockets of this machine, over which there is no TLS. */
export function areLocal(hosts: readonly Host[]): boolean {
  return hosts.every(({ name }) => isFolder(name))
}

export function socketTo({ name, port }: Host, needsTls: boolean): Socket {
  const socket = isFolder(name)
    ? connect({ path: `${name}/.s.PGSQL.${port}` })
    : // postgres.js takes the name on a server's certificate from here.
      Object.assign(connect({ host: name, port }), { host: name, port })
  if (needsTls) refuseWithoutTls(socket, name)
  return socket
}

/** One that fails with this error, as soon as somebody can hear it. */
export function failingSocket(error: Error): Socket {
  const socket = new Socket()
  setImmediate(() => socket.destroy(error))
  return socket
}

/** By itself postgres.js would go on with a handshake that the server can't understand. */
function refuseWithoutTls(socket: Socket, name: string): void {
  const { emit } = socket
  socket.emit = (event: string | symbol, ...args: unknown[]) => {
    if (event !== "data") return Reflect.apply(emit, socket, [event, ...args])
    socket.emit = emit
    const [first] = args
    if (!(first instanceof Uint8Array) || first[0] !== REFUSES_TLS) return socket.emit(event, ...args)
    const message = `the server at ${name} has no TLS, which sslmode in its address asks for`
    socket.destroy(Object.assign(new Error(message), { code: "NO_TLS" }))
    return true
  }
}

/**
 * A connect that fails at once, as no way leads to the address, says so before postgres.js listens to the socket it was given. It
 * would be an uncaught error, and postgres.js would try again and again without a pause. So it is told when the socket closes.
 */
export function keepEarlyError(socket: Socket): void {
  let early: Error | null = null
  socket.once("error", (error) => {
    if (socket.listenerCount("error") === 0) early = error
  })
  socket.once("close", () => {
    if (early && socket.listenerCount("error") > 0) socket.emit("error", early)
  })
}

/** Before TLS begins postgres.js removes whoever listens to the socket below it. */
export function onceClosed(socket: Socket, tell: () => void): void {
  let isClosed = false
  const closed = () => {
    if (!isClosed) tell()
    isClosed = true
  }
  socket.once("close", closed)
  const { removeAllListeners } = socket
  socket.removeAllListeners = (...events: [] | [event?: string | symbol]) => {
    Reflect.apply(removeAllListeners, socket, events)
    if (!isClosed) socket.once("close", closed)
    return socket
  }
}

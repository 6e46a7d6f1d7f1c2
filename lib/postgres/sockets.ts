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
  let isAnswered = false
  socket.emit = (event: string | symbol, ...args: unknown[]) => {
    const isFirst = event === "data" && !isAnswered
    isAnswered ||= isFirst
    const [first] = args
    if (!isFirst || !(first instanceof Uint8Array) || first[0] !== REFUSES_TLS)
      return Reflect.apply(emit, socket, [event, ...args])
    const message = `the server at ${name} has no TLS, which sslmode in its address asks for`
    socket.destroy(Object.assign(new Error(message), { code: "NO_TLS" }))
    return true
  }
}

/**
 * Tells postgres.js each end of the socket as an error, in the moment when it closes. By itself it would connect again, without end
 * and without a pause, when the server ends a connection before it is made, and when a connect fails before it listens to the socket
 * it was given. And between an error and the close it would still send.
 * @param closed is told before
 */
export function failWhenClosed(socket: Socket, closed: () => void): void {
  const { emit, removeAllListeners } = socket
  let why: unknown
  socket.emit = (event: string | symbol, ...args: unknown[]) => {
    if (event === "error") {
      why ??= args[0]
      return true
    }
    if (event === "close") {
      closed()
      if (socket.listenerCount("error") > 0) Reflect.apply(emit, socket, ["error", why ?? endedError()])
    }
    return Reflect.apply(emit, socket, [event, ...args])
  }
  // Before TLS begins postgres.js stops listening to the socket below it, which is the first that closes.
  socket.removeAllListeners = () => {
    for (const event of socket.eventNames())
      if (event !== "error" && event !== "close") Reflect.apply(removeAllListeners, socket, [event])
    return socket
  }
}

function endedError(): Error {
  return Object.assign(new Error("the server ended the connection"), { code: "CONNECTION_CLOSED" })
}

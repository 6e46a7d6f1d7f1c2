/** A TCP proxy that leads every connection to the server that it is set to, as a load balancer would. */

import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import type { OwnStores } from "../../scripts/services/stores/own-stores"

export type TcpProxy = {
  /** Its own address. */
  url: string
  /** Leads connections from now on to this server, or nowhere (null). Existing connections stay. */
  leadTo(url: string | null): void
  /** Ends all existing connections. */
  cut(): void
}

export async function startTcpProxy({ defer }: OwnStores, first: string): Promise<TcpProxy> {
  let target: string | null = first
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on("close", () => sockets.delete(socket))
    socket.on("error", () => socket.destroy())
  }
  const server = createServer((client) => {
    keep(client)
    if (target === null) return client.destroy()
    const { hostname, port } = new URL(target)
    const upstream = connect({ host: hostname, port: Number(port) })
    keep(upstream)
    client.pipe(upstream).pipe(client)
    client.on("close", () => upstream.destroy())
    upstream.on("close", () => client.destroy())
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, "127.0.0.1", resolve)
  await promise
  const leadTo = (next: string | null) => {
    target = next
  }
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  defer(() => {
    cut()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, cut, leadTo }
}

/** A pool of postgres.js that can be given up. By itself that library waits for ever on a connection that fell silent. */

import { connect, type Socket } from "node:net"
import postgres from "postgres"

export type PoolOptions = postgres.Options<{ bigint: postgres.PostgresType<number> }>

export type Pool = {
  sql: postgres.Sql<{ bigint: number }>
  /** Rejects whatever waits for an answer or for its turn, and destroys all connections. */
  destroy: () => void
}

/** What postgres.js tells of the server when it wants a connection. Several hosts are tried in turn. */
type Address = { host: string[]; port: number[]; path: string | false }

export function openPool(url: string, options: PoolOptions): Pool {
  const sockets = new Set<Socket>()
  let turn = 0
  const withSockets = {
    ...options,
    // The types of postgres.js don't know it. It expects a socket that may still be connecting.
    socket: ({ host, port, path }: Address) => {
      const at = turn++ % host.length
      const socket = path ? connect({ path }) : connect({ host: host[at] ?? "", port: port[at] ?? 0 })
      sockets.add(socket)
      socket.once("close", () => sockets.delete(socket))
      // postgres.js takes the name on a server's certificate from here.
      return path ? socket : Object.assign(socket, { host: host[at], port: port[at] })
    },
  }
  const sql: Pool["sql"] = postgres(url, withSockets)
  const destroy = async () => {
    await sql.end({ timeout: 0 })
    for (const socket of sockets) socket.destroy()
  }
  return { sql, destroy: () => void destroy() }
}

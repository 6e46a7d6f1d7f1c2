/** A pool of postgres.js that can be given up. By itself that library waits for ever on a connection that fell silent. */

import type { Socket } from "node:net"
import postgres from "postgres"
import type { Host, PostgresAddress } from "./address"
import { demandCommits } from "./commit-tag"
import { HostChoice } from "./hosts"
import { oneByOne } from "./one-by-one"
import { PoolerWatch } from "./pooler-watch"
import { areLocal, failingSocket, keepEarlyError, onceClosed, socketTo } from "./sockets"
import { tlsOptions } from "./tls"

export type PoolOptions = postgres.Options<{ bigint: postgres.PostgresType<number> }>

export type Pool = {
  sql: postgres.Sql<{ bigint: number }>
  /** Rejects whatever waits for an answer or for its turn, and destroys all connections. */
  destroy: () => void
  /** Whether a pooler is between; not known before the first connection. */
  isPooled: () => boolean
}

/** What the address of a pool asks for its sessions, by the options of that pool. */
const askedFor = new WeakMap<object, Record<string, string>>()

/** The parameters that the address of this pool has for each session. */
export function askedOfSessions(sql: Pool["sql"]): Record<string, string> {
  return askedFor.get(sql.options) ?? {}
}

/** How long one of several hosts gets to answer, before the next is tried. */
const HOST_TIMEOUT_S = 2

export function openPool(address: PostgresAddress, options: PoolOptions): Pool {
  const { hosts, user, password, database, tls, session, isPooled } = address
  const sockets = new Set<Socket>()
  const kept = (socket: Socket) => {
    sockets.add(socket)
    watch.distrust()
    keepEarlyError(socket)
    onceClosed(socket, () => {
      sockets.delete(socket)
      watch.forget()
    })
    // Not before: looking asks a statement, which where nobody answers would connect again, and again.
    if (socket.connecting) socket.once("connect", () => watch.look())
    else watch.look()
    return socket
  }
  const ssl = areLocal(hosts)
    ? false
    : tlsOptions(
        tls,
        hosts.map(({ name }) => name),
      )
  const needsTls = ssl !== false && ssl !== "prefer"
  const choice =
    hosts.length > 1 ? new HostChoice(hosts, address.wantsWrites, askHost(address, options)) : undefined
  const first = hosts[0] as Host
  const everything: object = {
    ...options,
    ...(user !== undefined && { user }),
    ...(password !== undefined && { pass: password }),
    ...(database !== undefined && { database }),
    // Just one: with several, postgres.js tries them without end and without a pause, and never says why.
    ...{ host: [first.name], port: [first.port] },
    ssl,
    connection: { ...options.connection, ...session },
    // Until it is sure that each statement of a connection reaches the same server.
    prepare: false,
    // The types of postgres.js don't know it.
    socket: () =>
      choice
        ? choice.choose().then(
            (host) => kept(socketTo(host, needsTls)),
            (error) => failingSocket(error),
          )
        : kept(socketTo(first, needsTls)),
  }
  const raw: Pool["sql"] = postgres(everything as PoolOptions)
  askedFor.set(raw.options, session)
  demandCommits(raw)
  const sql = oneByOne(raw, () => watch.isDirect)
  const watch = new PoolerWatch(sql, () => sockets.size, JSON.stringify(hosts), isPooled)
  const destroy = async () => {
    await sql.end({ timeout: 0 })
    for (const socket of sockets) socket.destroy()
  }
  return { sql, destroy: () => void destroy(), isPooled: () => watch.isPooled }
}

function askHost(address: PostgresAddress, options: PoolOptions) {
  return async (host: Host) => {
    const { sql, destroy } = openPool(
      { ...address, hosts: [host] },
      { ...options, max: 1, connect_timeout: HOST_TIMEOUT_S, onclose: () => {} },
    )
    try {
      const [row] = await sql`SELECT current_setting('transaction_read_only') AS read_only`
      return { isReadOnly: row?.read_only === "on" }
    } finally {
      destroy()
    }
  }
}

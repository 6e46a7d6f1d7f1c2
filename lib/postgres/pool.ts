/** A pool of postgres.js that can be given up. By itself that library waits for ever on a connection that fell silent. */

import type { Socket } from "node:net"
import postgres from "postgres"
import type { Host, PostgresAddress } from "./address"
import { demandCommits } from "./commit-tag"
import { HOST_TIMEOUT_S, HostQuestion } from "./host-question"
import { HostChoice } from "./hosts"
import { endWithConnections } from "./lost-transaction"
import { oneByOne } from "./one-by-one"
import { PoolerWatch } from "./pooler-watch"
import { areLocal, failingSocket, failWhenClosed, socketTo } from "./sockets"
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

/** Whatever leads to the same hosts in this process uses the same of them. */
const choices = new Map<string, HostChoice>()

export function openPool(address: PostgresAddress, options: PoolOptions): Pool {
  const { hosts, user, password, database, tls, session, isPooled } = address
  const sockets = new Map<Socket, Host>()
  const choice = choiceOf(address)
  /** After a failover the others lead to an old primary, or to nobody. */
  const leaveAllBut = (host: Host) => {
    for (const [socket, at] of sockets) if (at !== host) socket.destroy()
  }
  let unfollow = () => {}
  const kept = (socket: Socket, host: Host) => {
    if (sockets.size === 0 && choice) unfollow = choice.follow(leaveAllBut)
    sockets.set(socket, host)
    watch.distrust()
    failWhenClosed(socket, () => {
      sockets.delete(socket)
      if (sockets.size === 0) unfollow()
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
  let isDestroyed = false
  // postgres.js goes on with a connect that has begun, or that waits for its pause, when it is told to end.
  const connectTo = (host: Host) =>
    isDestroyed ? failingSocket(destroyedError()) : kept(socketTo(host, needsTls), host)
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
    // The types of postgres.js don't know these.
    onclose: (id: number) => {
      noteClosed(id)
      ;(options as { onclose?: (id: number) => void }).onclose?.(id)
    },
    socket: () => (choice ? choice.choose().then(connectTo, failingSocket) : connectTo(first)),
  }
  const raw: Pool["sql"] = postgres(everything as PoolOptions)
  askedFor.set(raw.options, session)
  demandCommits(raw)
  const noteClosed = endWithConnections(raw)
  const sql = oneByOne(raw, () => watch.isDirect)
  const watch = new PoolerWatch(sql, () => sockets.size, JSON.stringify(hosts), isPooled)
  const destroy = async () => {
    isDestroyed = true
    await sql.end({ timeout: 0 })
    for (const socket of sockets.keys()) socket.destroy()
  }
  return { sql, destroy: () => void destroy(), isPooled: () => watch.isPooled }
}

function destroyedError(): Error {
  return Object.assign(new Error("this pool was given up"), { code: "CONNECTION_DESTROYED" })
}

/** The host at which the primary is; for an address with one host, that. @throws {Error} when no host will do */
export async function primaryOf(address: PostgresAddress): Promise<Host> {
  return (await choiceOf(address)?.choose()) ?? (address.hosts[0] as Host)
}

/** Undefined where there is just one host. */
function choiceOf(address: PostgresAddress): HostChoice | undefined {
  const { hosts, user, password, database, tls, wantsWrites } = address
  if (hosts.length === 1) return undefined
  const key = JSON.stringify([hosts, user, password, database, tls, wantsWrites])
  const choice = choices.get(key) ?? new HostChoice(hosts, wantsWrites, (host) => questionTo(host, address))
  choices.set(key, choice)
  return choice
}

function questionTo(host: Host, address: PostgresAddress): HostQuestion {
  // Nothing that the host, or a pooler before it, might refuse.
  const alone = { ...address, hosts: [host], session: {} }
  const options = {
    ...{ max: 1, connect_timeout: HOST_TIMEOUT_S, fetch_types: false },
    ...{ onnotice: () => {}, connection: { application_name: "tallyroom-primary" } },
  }
  return new HostQuestion(() => openPool(alone, options))
}

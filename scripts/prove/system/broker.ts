/** The broker of a system: one server or a cluster of three, and what its operator does to it. */

import { join } from "node:path"
import { z } from "zod"
import { freePort } from "../../services/processes/ports"
import { type NatsCluster, startNats } from "../../services/stores/nats"
import { askJetStream } from "../../services/stores/nats-api"
import { startRabbitmq } from "../../services/stores/rabbitmq"
import type { Link, Links } from "./links"
import { Store } from "./store"

/** What the operator of a broker does. */
type Operator = {
  /** Ends all connections, and refuses those that come. @returns what ends that */
  refuseLogins(): Promise<() => Promise<void>>
  /** Deletes all streams. */
  deleteStreams(): Promise<void>
  /** Takes all messages out of all streams; null where the broker has no such command. */
  purgeStreams: (() => Promise<void>) | null
  /** Which server leads what is kept in one of the streams; null where there is but one server. */
  leader(): Promise<Store>
}

export type ProvenBroker = {
  servers: Store[]
  /** Where each of them takes clients. */
  urls: string[]
  /** Between the servers, by name. */
  links: Link[]
  operator: Operator
}

/** Where the servers of a store are, and what becomes of them. */
export type Places = {
  /** Where each server's data is. */
  homeOf(server: string): string
  logOf(server: string): string
  /** What becomes of a server that ended by itself. */
  crashed(store: () => Store): (code: number) => void
  say(line: string): void
}

export async function startRabbitmqOf({ homeOf, logOf, crashed, say }: Places): Promise<ProvenBroker> {
  const name = "rabbitmq"
  const dir = join(homeOf(name), name)
  const server = await startRabbitmq({ dir, logFile: logOf(name), onCrash: crashed(() => store) })
  const store: Store = new Store(name, server, join(dir, "db"), say)
  const [user, password] = ["guest", "guest"]
  const operator: Operator = {
    refuseLogins: async () => {
      await server.control("change_password", user, crypto.randomUUID())
      await server.control("close_all_user_connections", user, "the proof refuses logins")
      return () => server.control("change_password", user, password)
    },
    // One command instead of one a stream, as each starts an Erlang of its own.
    deleteStreams: () =>
      server.control(
        "eval",
        '[rabbit_queue_type:delete(Q, false, false, <<"proof">>) || Q <- rabbit_amqqueue:list()].',
      ),
    purgeStreams: null,
    leader: async () => store,
  }
  return { servers: [store], urls: [server.url], links: [], operator }
}

/** @param network null where there is but one server, else what leads between the three */
export async function startNatsOf(plan: Places, network: Links | null): Promise<ProvenBroker> {
  const links: Link[] = []
  const clusters = network === null ? [undefined] : await wire(network, links)
  const password = crypto.randomUUID()
  const started = await Promise.all(
    clusters.map(async (cluster) => {
      const name = cluster?.name ?? "nats"
      const dir = join(plan.homeOf(name), name.replace(" ", "-"))
      const server = await startNats({
        ...{ dir, password, logFile: plan.logOf(name), onCrash: plan.crashed(() => store) },
        ...(cluster && { cluster: { ...cluster, name: cluster.name.replace(" ", "-") } }),
      })
      const store: Store = new Store(name, server, join(dir, "jetstream"), plan.say)
      return { server, store }
    }),
  )
  const servers = started.map(({ store }) => store)
  const urls = started.map(({ server }) => server.url)
  const setPassword = async (to: string) => {
    await Promise.all(started.map(({ server }) => server.setPassword(to)))
  }
  const operator: Operator = {
    refuseLogins: async () => {
      await setPassword(crypto.randomUUID())
      return () => setPassword(password)
    },
    deleteStreams: () => eachStream(urls, "DELETE"),
    purgeStreams: () => eachStream(urls, "PURGE"),
    leader: async () => {
      const [stream = ""] = await streamsOf(urls)
      const { cluster } = infoSchema.parse(await askAny(urls, `STREAM.INFO.${stream}`))
      const leads = servers.find(({ name }) => name.replace(" ", "-") === cluster?.leader)
      if (!leads) throw new Error(`nobody leads the stream ${stream}`)
      return leads
    },
  }
  return { servers, urls, links, operator }
}

/** Three servers, of which each calls the other two through links of its own. */
async function wire(network: Links, links: Link[]): Promise<NatsCluster[]> {
  const ports = [await freePort(), await freePort(), await freePort()]
  const nameAt = (i: number) => `nats ${i + 1}`
  const clusters: NatsCluster[] = []
  for (const [i, port] of ports.entries()) {
    // By the number of its routes a server knows how many they are, so its own is among them.
    const routes = [port]
    for (const [j, other] of ports.entries()) {
      if (i === j) continue
      const link = await network.lead(`${nameAt(i)} → ${nameAt(j)}`, `nats://127.0.0.1:${other}`)
      links.push(link)
      routes.push(link.port)
    }
    clusters.push({ name: nameAt(i), port, routes, tellsNoAddress: true })
  }
  return clusters
}

const streamsSchema = z.object({ streams: z.array(z.string()).nullish() })
const infoSchema = z.object({ cluster: z.object({ leader: z.string().optional() }).optional() })

async function eachStream(urls: readonly string[], command: "DELETE" | "PURGE"): Promise<void> {
  for (const stream of await streamsOf(urls)) await askAny(urls, `STREAM.${command}.${stream}`)
}

async function streamsOf(urls: readonly string[]): Promise<string[]> {
  return streamsSchema.parse(await askAny(urls, "STREAM.NAMES")).streams ?? []
}

/** Asks the servers one after the other, until one of them answers. */
async function askAny(urls: readonly string[], what: string): Promise<Record<string, unknown>> {
  let why: unknown
  for (const url of urls) {
    try {
      return await askJetStream(url, what)
    } catch (error) {
      why = error
    }
  }
  throw why
}

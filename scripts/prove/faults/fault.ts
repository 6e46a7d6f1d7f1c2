/** What a fault is, and what it may reach. */

import type { Random } from "../random"
import { type Harm, type Inbox, isOnRedis } from "../record/record"
import { CLUSTER_SERVERS } from "../system/redis-cluster"
import type { Nodes } from "../system/stores"
import type { System } from "../system/system"

/** A kind of fault. All that it decides by chance comes from the seed of the run. */
export type Fault = {
  name: string
  /** How often it is chosen beside the others. */
  weight: number
  /** How long it lasts, in seconds. */
  lasts: readonly [least: number, most: number]
  harm: Harm
  /** Where the harm depends on how the stores of the run keep what they take. */
  harmOn?(ground: Ground): Harm
  /** What it can be done to in a system on this ground; nothing where it makes no sense. */
  targets(ground: Ground): readonly string[]
  /** What else must be whole meanwhile, as two faults at one thing would undo each other; the target always. */
  touches?(target: string): readonly string[]
  /** Begins it. */
  begin(system: System, target: string, random: Random): Promise<Begun>
}

/** How the stores of a run keep what they take, how many servers hold the ballots, and whether others take the place of those that die. */
export type Ground = { inbox: Inbox; appendfsync: "always" | "everysec"; nodes: Nodes; failover: boolean }

type Begun = {
  /** A line for people: what exactly was done. */
  note: string
  /** Ends it, and gives back what was taken. */
  end(): Promise<void>
}

const APPS = ["vote", "worker", "result"] as const
/** Apps, sentinels and replicas, which reach a Redis of several servers by the same ways. */
export const EVERYONE = "everyone"
/** The nodes of a cluster, which watch and tell each other by ways of their own. */
const NODES = "nodes"
export const PROCESSES = APPS.flatMap((app) => [`${app} 1`, `${app} 2`])

/** The servers of the broker, by name; none where Redis holds the ballots. */
export function serversOf({ inbox, nodes }: Ground): string[] {
  if (isOnRedis(inbox)) return []
  return nodes === 1 ? [inbox] : Array.from({ length: nodes }, (_, i) => `${inbox} ${i + 1}`)
}

export const storesOf = (ground: Ground): string[] => [
  ...redisOf(ground),
  ...postgresOf(ground),
  ...serversOf(ground),
]

/** Whether ballots are in a Redis with replicas, for which votes wait. */
export const isReplicated = ({ failover, inbox }: Ground): boolean => failover && inbox === "redis"

/** Whether ballots are spread over a Redis Cluster. */
export const isCluster = ({ inbox }: Pick<Ground, "inbox">): boolean => inbox === "redis-cluster"

/** Whether everybody reaches Redis by the same ways, as it has several servers, which tell where they are. */
const isShared = (ground: Ground): boolean => isReplicated(ground) || isCluster(ground)

/** The servers of Redis, by name. */
function redisOf(ground: Ground): readonly string[] {
  if (isCluster(ground)) return CLUSTER_SERVERS
  return isReplicated(ground) ? ["redis 1", "redis 2", "redis 3"] : ["redis"]
}

/**
 * All servers of a Redis that has several, where this is one of them or a way to it: three have one to lose at a time, and so has a
 * master with its one replica.
 */
export const besides = (target: string): string[] =>
  /^((everyone|nodes) → )?redis \d$/.test(target) ? wholeStore("redis") : []

/** The servers of Postgres, by name. */
const postgresOf = ({ failover }: Ground): string[] =>
  failover ? ["postgres 1", "postgres 2"] : ["postgres"]

/** The broker as a whole, which its operator sees. */
export const brokerOf = ({ inbox }: Ground): string[] => (isOnRedis(inbox) ? [] : [inbox])

/** All servers that the store of this name may have. */
export const wholeStore = (store: string): string[] => [
  store,
  ...CLUSTER_SERVERS.map((_, i) => `${store} ${i + 1}`),
]

export function linksOf(ground: Ground): string[] {
  const own = PROCESSES.flatMap((name) => storesOfApp(name, ground).map((store) => `${name} → ${store}`))
  const from = [...(isShared(ground) ? [EVERYONE] : []), ...(isCluster(ground) ? [NODES] : [])]
  return [...own, ...from.flatMap((who) => redisOf(ground).map((server) => `${who} → ${server}`))]
}

function storesOfApp(name: string, ground: Ground): string[] {
  if (name.startsWith("result")) return postgresOf(ground)
  const redis = isShared(ground) ? [] : redisOf(ground)
  return [...redis, ...(name.startsWith("worker") ? postgresOf(ground) : []), ...serversOf(ground)]
}

export function memberOf({ vote, worker, result }: System, name: string) {
  return found(
    [...vote, ...worker, ...result].find((it) => it.name === name),
    name,
  ).member
}

export function storeOf({ servers }: System, name: string) {
  return found(
    servers.find((it) => it.name === name),
    name,
  )
}

export function found<T>(thing: T | null | undefined, name: string): T {
  if (thing === null || thing === undefined) throw new Error(`there is no ${name} in this system`)
  return thing
}

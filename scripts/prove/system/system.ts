/** The whole system as a prover runs it: two of each app, their stores, and a link that can fail between any two of them. */

import { mkdirSync } from "node:fs"
import { join } from "node:path"
import type { Inbox } from "../record/record"
import { type Apps, startApps } from "./apps"
import { Clock } from "./clocks"
import { type Disk, openDisk } from "./disk"
import { type Link, Links } from "./links"
import { type Nodes, type Stores, startStores } from "./stores"

/** A file takes as much only as was written to it. */
const DISK_MEGABYTES = 4_096

export type SystemPlan = {
  inbox: Inbox
  /** How many servers hold the ballots, where NATS does: 1 where nothing is said. */
  nodes?: Nodes
  /** Whether another server takes the place of a store's that dies for good: nobody where nothing is said. */
  failover?: boolean
  /** Where the stores and logs are. */
  dir: string
  /** Where the apps' source is; the mutants stand elsewhere. */
  appsDir?: string
  appendfsync?: "always" | "everysec"
  /** Whose clocks can be moved, such as "vote 1" or "redis". */
  clocks: readonly string[]
  /** Whether the stores are on a disk of their own, which can lose its power and be full. */
  ownDisk?: boolean
  say(line: string): void
}

export type System = Omit<Apps, "links"> &
  Stores & {
    inbox: Inbox
    /** By name, such as "worker 1 → redis", or "nats 2 → nats 1". */
    links: Map<string, Link>
    /** By name, such as "clock of vote 1". */
    clocks: Map<string, Clock>
    disk: Disk | null
  }

/** Starts all of it, and waits until each app is ready. Whatever was started ends with `stop`, or with this process. */
export async function startSystem(plan: SystemPlan): Promise<System> {
  const { inbox, dir, say, nodes = 1, failover = false } = plan
  const logs = join(dir, "logs")
  mkdirSync(logs, { recursive: true })
  const logOf = (name: string) => join(logs, `${fileName(name)}.log`)
  const disk = plan.ownDisk ? await openDisk({ dir: diskOf(dir), megabytes: DISK_MEGABYTES }) : null
  const clocks = new Map(
    plan.clocks.map((name) => [`clock of ${name}`, new Clock(join(dir, `clock-${fileName(name)}`))]),
  )
  const clockOf = (name: string) => clocks.get(`clock of ${name}`)?.env() ?? {}
  const network = await Links.start(logOf("toxiproxy"))
  const stores = await startStores({
    ...{
      inbox,
      nodes,
      failover,
      dir,
      disk,
      network,
      logOf,
      say,
      redisEnv: clockOf(inbox === "redis-cluster" ? "redis 1" : "redis"),
    },
    ...(plan.appendfsync && { appendfsync: plan.appendfsync }),
  })
  // Users and passwords are no ballots: whoever sets stores up sees to it that these stay.
  await disk?.settle()
  const apps = await startApps({
    ...{ stores, nodes, network, clockOf, logOf, say },
    ...(plan.appsDir !== undefined && { appsDir: plan.appsDir }),
  })
  const { servers, broker, redisGroup, redisCluster } = stores
  const stop = async () => {
    await apps.stop()
    await redisGroup?.stop()
    await Promise.all(servers.map((store) => store.stop()))
    await network.stop()
    await disk?.close()
    for (const clock of clocks.values()) clock.end()
  }
  const others = [
    ...(broker?.links ?? []),
    ...(redisGroup?.sides ?? []).map(({ link }) => link),
    ...(redisCluster?.sides ?? []).flatMap(({ link, bus }) => [link, bus]),
  ]
  const links = new Map([...apps.links, ...others.map((link) => [link.name, link] as const)])
  return { inbox, ...stores, ...apps, links, clocks, disk, stop }
}

/** Where the own disk of a system in this folder is. */
export const diskOf = (dir: string) => join(dir, "disk")

const fileName = (name: string) => name.replaceAll(" ", "-")

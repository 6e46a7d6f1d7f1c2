/** The server that holds the ballots, whichever it is, as tests and benchmarks crash it and bring it back. */

import { cpSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { InboxKind } from "@tallyroom/lib/inbox/brokers"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import { descendants, signal } from "../processes/process-table"
import { waitFor } from "../wait"
import { startBroker } from "./brokers"
import type { OwnStores } from "./own-stores"
import type { Server } from "./server"

/** What holds the ballots, and can be crashed. `url` is empty where that is the Redis of the stores. */
export type InboxServer = {
  url: string
  kill9(): Promise<void>
  start(): Promise<void>
  /** Comes back without anything that it knew. */
  wipe(): Promise<void>
  /** Crashes, and comes back; `setBack` gives it the data that it had then, as a power cut or a backup might. */
  save(): Promise<void>
  setBack(): Promise<void>
  /** Runs, but says nothing, until it is thawed. */
  freeze(): void
  thaw(): void
}

/** The Redis of these stores, or a broker of its own that is gone with them. */
export async function startInboxServer(kind: InboxKind, { redis, defer }: OwnStores): Promise<InboxServer> {
  if (kind === "redis") {
    const nodes = redis.nodes ?? [redis]
    const wipe = async () => {
      await Promise.all(nodes.map(({ adminUrl }) => flush(adminUrl)))
    }
    return {
      ...together(nodes.map((node) => crashing(node, join(node.dir, "appendonlydir")))),
      url: "",
      wipe,
    }
  }
  const dir = mkdtempSync(join(tmpdir(), `tallyroom-${kind}-`))
  const broker = await startBroker(kind, { dir })
  defer(() => rmSync(dir, { recursive: true, force: true }))
  defer(() => broker.stop())
  const data = join(dir, kind === "nats" ? "jetstream" : "db")
  const wipe = async () => {
    await broker.kill9()
    rmSync(data, { recursive: true, force: true })
    await broker.start()
  }
  return { ...crashing(broker, data), url: broker.url, wipe }
}

type Crashing = Omit<InboxServer, "url" | "wipe">

/** All nodes of a cluster as one server. */
function together(nodes: readonly Crashing[]): Crashing {
  const each = (act: (node: Crashing) => Promise<void>) => async () => {
    await Promise.all(nodes.map(act))
  }
  return {
    kill9: each((node) => node.kill9()),
    start: each((node) => node.start()),
    save: each((node) => node.save()),
    setBack: each((node) => node.setBack()),
    freeze() {
      for (const node of nodes) node.freeze()
    },
    thaw() {
      for (const node of nodes) node.thaw()
    },
  }
}

/** @param data the server's folder of data */
function crashing(server: Server, data: string): Crashing {
  const saved = `${data}.saved`
  const replace = async (from: string, to: string) => {
    await server.kill9()
    rmSync(to, { recursive: true, force: true })
    cpSync(from, to, { recursive: true })
    await server.start()
  }
  const tell = (name: NodeJS.Signals) => {
    const { pid = 0 } = server
    for (const each of [pid, ...descendants(pid)]) signal(each, name)
  }
  return {
    kill9: server.kill9,
    start: server.start,
    save: () => replace(data, saved),
    setBack: () => replace(saved, data),
    freeze: () => tell("SIGSTOP"),
    thaw: () => tell("SIGCONT"),
  }
}

async function flush(adminUrl: string): Promise<void> {
  const redis = openRedis(adminUrl)
  await waitFor("Redis to be connected", () => redis.status === "ready")
  await redis.flushall()
  redis.disconnect()
}

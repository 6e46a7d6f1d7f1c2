/** Three sentinels that watch over a Redis and put a replica in its place, as real processes on this machine. */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Redis } from "ioredis"
import { freePort } from "../../scripts/services/processes/ports"
import { newSecret } from "../../scripts/services/secrets"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { startSentinel } from "../../scripts/services/stores/sentinel"
import type { Server } from "../../scripts/services/stores/server"
import { ensureWheelTool } from "../../scripts/services/tools/wheel"
import { waitFor } from "../../scripts/services/wait"
import type { Replicated } from "./redis-replicas"

const MASTER = "mymaster"
const COUNT = 3
/** Two of three must agree. */
const QUORUM = 2
/** After so long without an answer a sentinel takes a Redis for dead; a busy test machine halts one for longer than a server does. */
const DOWN_AFTER_MS = 2_000
const FAILOVER_TIMEOUT_MS = 10_000
const AGREE_MS = 30_000
/** One that hangs is asked in vain. */
const SILENT_MS = 1_000

export type Sentinels = {
  servers: readonly Server[]
  /** The address of the master for one of its users, by way of the sentinels. */
  urlFor(user: "vote" | "worker"): string
  /** The port of the master that most of the sentinels name. */
  masterPort(): Promise<number | null>
  /** Has them put a replica in the place of a master that is well. */
  failOver(): Promise<void>
  /** The one that is putting a replica in the place of the master. */
  atWork(): Promise<Server | null>
  /** Has one of them vote for nobody that there is, in this election. */
  haveVote(server: Server, masterPort: number, epoch: number): Promise<void>
  /** Makes a user of theirs. */
  letIn(user: string, password: string, rules: string): Promise<void>
}

/** @param port where the master is found */
export async function startSentinels(
  stores: Pick<OwnStores, "defer">,
  { passwords, replicas }: Replicated,
  port: number,
): Promise<Sentinels> {
  const program = await ensureWheelTool("valkey-server")
  const root = mkdtempSync(join(tmpdir(), "tallyroom-sentinels-"))
  stores.defer(() => rmSync(root, { recursive: true, force: true }))
  const own = newSecret()
  const ports: number[] = []
  const servers: Server[] = []
  for (let i = 1; i <= COUNT; i++) {
    const itsPort = await freePort()
    const server = await startSentinel({
      ...{ dir: root, program, port: itsPort, password: own, quorum: QUORUM },
      master: { name: MASTER, port, password: passwords.sentinel ?? "" },
      ...{ downAfterMs: DOWN_AFTER_MS, failoverTimeoutMs: FAILOVER_TIMEOUT_MS },
    })
    stores.defer(() => server.kill9())
    ports.push(itsPort)
    servers.push(server)
  }
  const clients = ports.map((itsPort) => {
    const client = new Redis({
      port: itsPort,
      password: own,
      enableReadyCheck: false,
      maxRetriesPerRequest: 0,
      commandTimeout: SILENT_MS,
    })
    client.on("error", () => {})
    stores.defer(() => client.disconnect())
    return client
  })
  const fieldsOf = async (client: Redis) => {
    const parts = (await client.call("SENTINEL", "MASTER", MASTER)) as string[]
    const pairs = parts.flatMap((name, i) => (i % 2 === 0 ? [[name, parts[i + 1] ?? ""] as const] : []))
    return new Map(pairs)
  }
  await waitFor(
    "the sentinels to know each other and the replicas",
    async () => {
      const seen = await Promise.all(clients.map((client) => fieldsOf(client).catch(() => null)))
      return seen.every(
        (fields) =>
          fields?.get("num-other-sentinels") === String(COUNT - 1) &&
          fields.get("num-slaves") === String(replicas.length),
      )
    },
    AGREE_MS,
  )
  const hosts = ports.map((itsPort) => `127.0.0.1:${itsPort}`).join(",")
  return {
    servers,
    urlFor: (user) =>
      `redis://${user}:${passwords[user]}@${hosts}/0?sentinel=${MASTER}&sentinel_password=${own}`,
    masterPort: async () => {
      const named = await Promise.all(clients.map((client) => fieldsOf(client).catch(() => null)))
      const found = named.map((fields) => fields?.get("port"))
      const [most] = found.filter((it) => found.filter((other) => other === it).length >= QUORUM)
      return most === undefined ? null : Number(most)
    },
    letIn: async (user, password, rules) => {
      const told = [user, "on", `>${password}`, ...rules.split(" ")]
      for (const client of clients) await client.call("ACL", "SETUSER", ...told)
    },
    atWork: async () => {
      const found = await Promise.all(clients.map((client) => fieldsOf(client).catch(() => null)))
      return servers[found.findIndex((it) => it?.get("flags")?.includes("failover_in_progress"))] ?? null
    },
    haveVote: async (server, masterPort, epoch) => {
      const about = ["127.0.0.1", masterPort, epoch, "0".repeat(40)]
      await clients[servers.indexOf(server)]?.call("SENTINEL", "IS-MASTER-DOWN-BY-ADDR", ...about)
    },
    failOver: async () => void (await clients[0]?.call("SENTINEL", "FAILOVER", MASTER)),
  }
}

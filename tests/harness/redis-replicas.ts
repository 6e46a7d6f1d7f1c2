/** A Redis with replicas, as real processes on this machine. All have the same users. */

import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Redis } from "ioredis"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { type RedisServer, startRedis } from "../../scripts/services/stores/redis"
import { ensureWheelTool } from "../../scripts/services/tools/wheel"
import { waitFor } from "../../scripts/services/wait"

/** As a Redis of its own is waited for. */
const FOLLOW_MS = 30_000

export type Replicated = {
  master: RedisServer
  replicas: readonly RedisServer[]
  /** A connection with all rights to one of them. */
  adminOf(server: RedisServer): Redis
  /** The passwords of the users, by name. */
  passwords: Readonly<Record<string, string>>
  /** Settles once so many replicas confirm that they have on their disks what was written. */
  confirmed(replicas: number): Promise<unknown>
}

/**
 * Starts a master and its replicas, and waits until each has the same on its disk. The program is Valkey's, as the Redis of many machines
 * is too old to wait for the disks of replicas.
 * @param flags of each, in the place of ours or beside them
 * @param masterPort where replicas find their master; its own without
 */
export async function startReplicated(
  stores: Pick<OwnStores, "defer">,
  count: number,
  {
    flags = {},
    masterPort,
  }: { flags?: Record<string, string>; masterPort?: (own: number) => Promise<number> } = {},
): Promise<Replicated> {
  const program = await ensureWheelTool("valkey-server")
  const root = mkdtempSync(join(tmpdir(), "tallyroom-replicas-"))
  stores.defer(() => rmSync(root, { recursive: true, force: true }))
  const start = async (name: string) => {
    const dir = join(root, name)
    mkdirSync(dir)
    if (name !== "master") copyFileSync(join(root, "master", "passwords.json"), join(dir, "passwords.json"))
    const server = await startRedis({
      ...{ dir, program, isReplicated: true },
      flags: { "repl-diskless-sync-delay": "0", ...flags },
      onCrash: () => {},
    })
    stores.defer(() => server.kill9())
    return server
  }
  const master = await start("master")
  const passwords = JSON.parse(readFileSync(join(root, "master", "passwords.json"), "utf8"))
  const replicas: RedisServer[] = []
  for (let i = 1; i <= count; i++) replicas.push(await start(`replica-${i}`))
  const admins = new Map<RedisServer, Redis>()
  const adminOf = (server: RedisServer) => {
    const known = admins.get(server)
    if (known) return known
    const admin = new Redis(server.adminUrl, { maxRetriesPerRequest: 0 })
    admin.on("error", () => {})
    stores.defer(() => admin.disconnect())
    admins.set(server, admin)
    return admin
  }
  const leader = (await masterPort?.(master.port)) ?? master.port
  for (const server of [master, ...replicas]) {
    await adminOf(server).config("SET", "masteruser", "replica")
    await adminOf(server).config("SET", "masterauth", passwords.replica)
  }
  for (const replica of replicas) await adminOf(replica).replicaof("127.0.0.1", leader)
  const confirmed = (expected: number) =>
    waitFor(
      `${expected} replicas to confirm`,
      async () => {
        await adminOf(master).set("{s0}:probe", crypto.randomUUID())
        const [, copies] = (await adminOf(master).call("WAITAOF", 1, expected, 1_000)) as number[]
        return Number(copies) >= expected
      },
      FOLLOW_MS,
    )
  if (count > 0) await confirmed(count)
  return { master, replicas, adminOf, passwords, confirmed }
}

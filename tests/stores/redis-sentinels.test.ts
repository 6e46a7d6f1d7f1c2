/** Connections that go where sentinels say that the master is. */

import { expect, test } from "bun:test"
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openRedis, redisProblem } from "@tallyroom/lib/inbox/redis/client"
import { Redis } from "ioredis"
import { freePort } from "../../scripts/services/processes/ports"
import { startRedis } from "../../scripts/services/stores/redis"
import { createServer } from "../../scripts/services/stores/server"
import { ensureWheelTool } from "../../scripts/services/tools/wheel"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { type Replicated, startReplicated } from "../harness/redis-replicas"
import { type Sentinels, startSentinels } from "../harness/redis-sentinels"
import { useStores } from "../harness/stores"

const stores = useStores()
const FOLLOW_MS = 30_000

async function start(): Promise<Replicated & { sentinels: Sentinels }> {
  const replicated = await startReplicated(stores(), 1)
  return { ...replicated, sentinels: await startSentinels(stores(), replicated, replicated.master.port) }
}

function open(url: string): Redis {
  const redis = openRedis(url)
  stores().defer(() => redis.disconnect())
  return redis
}

/** Where a connection leads, by the server's own words. */
const portAt = async (redis: Redis) =>
  /^tcp_port:(\d+)/m.exec(await redis.info().catch(() => ""))?.[1] ?? "nowhere"

test("what sentinels refuse is said in their words, and one that is dead keeps nobody from the master", async () => {
  const { sentinels, master } = await start()
  const url = sentinels.urlFor("worker")
  const wrongName = open(url.replace("sentinel=mymaster", "sentinel=other"))
  await becomes(
    async () => redisProblem(wrongName)?.includes('no sentinel names a master "other": 127.0.0.1:'),
    true,
  )
  expect(redisProblem(wrongName)).toContain("No such master with that name")
  const noPassword = open(url.replace(/&sentinel_password=.*/, ""))
  await becomes(async () => redisProblem(noPassword)?.includes("NOAUTH"), true)
  const wrongPassword = open(url.replace(/(&sentinel_password=).*/, "$1wrong"))
  await becomes(async () => redisProblem(wrongPassword)?.includes("WRONGPASS"), true)
  // A password of theirs is none of Redis's.
  expect(redisProblem(wrongPassword)).not.toContain(new URL(url.replace(/@.*\//, "@h/")).password)

  await sentinels.letIn("tally", "secret", "-@all +auth +hello +sentinel|master")
  const asUser = open(url.replace(/&sentinel_password=.*/, "&sentinel_user=tally&sentinel_password=secret"))
  await becomes(async () => redisProblem(asUser), null)

  await sentinels.servers[0]?.kill9()
  const redis = open(url)
  await becomes(async () => redisProblem(redis), null)
  expect(await portAt(redis)).toBe(String(master.port))
}, 120_000)

test("a connection leaves a master that was replaced and still answers, by itself", async () => {
  const { sentinels, master, replicas, adminOf } = await start()
  const [replica] = replicas
  const redis = open(sentinels.urlFor("worker"))
  await becomes(async () => redisProblem(redis), null)
  expect(await portAt(redis)).toBe(String(master.port))
  await sentinels.failOver()
  await waitFor(
    "the connection to follow",
    async () => (await portAt(redis)) === String(replica?.port),
    FOLLOW_MS,
  )
  const isReplica = async () =>
    adminOf(master)
      .info("replication")
      .then((said) => said.includes("role:slave"))
      .catch(() => false)
  await waitFor("the old master to follow", isReplica, FOLLOW_MS)
  await redis.set("{s0}:written", "1")
}, 120_000)

/** One that takes a Redis for the master since so many failovers, and knows of no other sentinel. */
async function startHermit(port: number, epoch: number): Promise<number> {
  const [dir, own] = [mkdtempSync(join(tmpdir(), "tallyroom-hermit-")), await freePort()]
  const file = join(dir, "sentinel.conf")
  const watched = [`sentinel monitor mymaster 127.0.0.1 ${port} 2`, `sentinel config-epoch mymaster ${epoch}`]
  writeFileSync(file, [`port ${own}`, "bind 127.0.0.1", `dir ${dir}`, ...watched, ""].join("\n"))
  const answers = async () => {
    const client = new Redis({ port: own, lazyConnect: true, retryStrategy: () => null })
    client.on("error", () => {})
    return client
      .connect()
      .then(() => true)
      .catch(() => false)
      .finally(() => client.disconnect())
  }
  const server = createServer({
    name: "a lone sentinel",
    command: [await ensureWheelTool("valkey-server"), file, "--sentinel"],
    options: { cwd: dir },
    startDeadlineMs: FOLLOW_MS,
    stopGraceMs: 2_000,
    prepare: async () => {},
    answers,
  })
  await server.start()
  stores().defer(async () => {
    await server.kill9()
    rmSync(dir, { recursive: true, force: true })
  })
  return own
}

test("of sentinels that name different masters the one that knows of the latest failover is believed", async () => {
  const { redis: earlier } = stores()
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-later-"))
  copyFileSync(join(earlier.dir, "passwords.json"), join(dir, "passwords.json"))
  const later = await startRedis({ dir })
  stores().defer(async () => {
    await later.stop()
    rmSync(dir, { recursive: true, force: true })
  })
  const ports = [
    await startHermit(earlier.port, 1),
    await startHermit(later.port, 2),
    await startHermit(earlier.port, 1),
  ]
  const { username, password } = new URL(earlier.workerUrl)
  const hosts = ports.map((port) => `127.0.0.1:${port}`).join()
  const redis = open(`redis://${username}:${password}@${hosts}?sentinel=mymaster`)
  await becomes(async () => redisProblem(redis), null)
  expect(await portAt(redis)).toBe(String(later.port))
}, 60_000)

import { expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Redis } from "ioredis"
import { startRedisCluster } from "../../../scripts/services/stores/redis-cluster"
import { waitFor } from "../../../scripts/services/wait"
import { becomes } from "../../../tests/harness/becomes"
import { useStores } from "../../../tests/harness/stores"
import { keys } from "../keys"
import { crc16, slotOfShard } from "./cluster-slot"
import { openShards } from "./shards"

const stores = useStores()
const SHARDS = [0, 1, 2, 3]

test("a shard's connection leads to the master that has its slot, and along when the slot moves", async () => {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-shards-"))
  const cluster = await startRedisCluster({ dir, masters: 2, replicas: 0, appendfsync: "everysec" })
  // By one node alone the other is found.
  const inbox = openShards(`${cluster.nodes[0]?.workerUrl}?cluster=true`)
  stores().defer(async () => {
    inbox.disconnect()
    await cluster.stop()
    rmSync(dir, { recursive: true, force: true })
  })
  const portOf = (shard: number) => inbox.of(shard).options.port
  const masterOf = (shard: number) => cluster.masterOf(slotOfShard(shard))
  for (const shard of SHARDS) inbox.of(shard)
  await waitFor("all connections", () => inbox.isWhole())
  for (const shard of SHARDS) {
    await inbox.of(shard).set(keys.instance(shard), `room ${shard}`)
    expect(portOf(shard)).toBe((await masterOf(shard)).port)
  }
  expect(new Set(SHARDS.map(portOf)).size).toBe(2)

  const other = cluster.nodes.find(({ port }) => port !== portOf(0))
  if (!other) throw new Error("there is no other node")
  const refusals = new Set<string>()
  await cluster.moveSlot(slotOfShard(0), other, async () => {
    await inbox
      .of(0)
      .get(keys.instance(0))
      .catch(({ message }) => refusals.add(message.split(" ")[0]))
  })
  // A key that is on its way is an error, and never taken for one that is not there.
  expect([...refusals]).toEqual(["ASK"])
  const read = () =>
    inbox
      .of(0)
      .get(keys.instance(0))
      .catch(() => "away")
  await becomes(read, "room 0")
  expect(portOf(0)).toBe(other.port)

  // Who may not ask for the map still finds the way: a node names the one that has the slot.
  await Promise.all(
    cluster.nodes.map(async ({ adminUrl }) => {
      const admin = new Redis(adminUrl)
      await admin.call("ACL", "SETUSER", "worker", "-cluster|slots")
      admin.disconnect()
    }),
  )
  const blind = openShards(cluster.workerUrl)
  stores().defer(() => blind.disconnect())
  for (const shard of SHARDS) {
    const found = () =>
      blind
        .of(shard)
        .get(keys.instance(shard))
        .catch(() => "away")
    await becomes(found, `room ${shard}`)
  }
})

test("a master that is away is told once, with its address and all of its shards", async () => {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-shards-"))
  const cluster = await startRedisCluster({ dir, masters: 2, replicas: 0, appendfsync: "everysec" })
  const told: (string | undefined)[] = []
  const inbox = openShards(cluster.workerUrl, {
    onLost: (parts) => void told.push(parts),
    onConnected: () => void told.push("all are back"),
  })
  stores().defer(async () => {
    inbox.disconnect()
    await cluster.stop()
    rmSync(dir, { recursive: true, force: true })
  })
  for (const shard of SHARDS) inbox.of(shard)
  await waitFor("all connections", () => inbox.isWhole())
  const master = await cluster.masterOf(slotOfShard(0))
  const masters = await Promise.all(SHARDS.map((shard) => cluster.masterOf(slotOfShard(shard))))
  const lost = SHARDS.filter((shard) => masters[shard] === master)
  told.length = 0
  await master.kill9()
  await waitFor("it to be told", () => told.length > 0)
  expect(told[0]).toBe(`shards ${lost.join(", ")} (127.0.0.1:${master.port})`)
  await master.start()
  await becomes(() => told.at(-1), "all are back")
  expect(new Set(told).size).toBe(2)
})

test("the slot of a shard is that of Redis", () => {
  // The check value that each CRC is known by.
  expect(crc16("123456789")).toBe(0x31c3)
  expect(slotOfShard(0)).toBe(11_097)
})

test("a Redis that is no node of a cluster is not taken for one", async () => {
  const inbox = openShards(`${stores().redis.workerUrl}?cluster=true`)
  stores().defer(() => inbox.disconnect())
  await waitFor("it to be refused", () => inbox.problem()?.includes("no node of a cluster"))
})

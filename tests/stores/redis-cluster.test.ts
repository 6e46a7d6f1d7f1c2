/** Votes over a Redis Cluster, whose slots move and whose masters die in the middle of a flood. */

import { expect, test } from "bun:test"
import { slotOfShard } from "@tallyroom/lib/inbox/redis/cluster-slot"
import { waitFor } from "../../scripts/services/wait"
import { SHARDS, useClusterRoom, VOTERS } from "./cluster-room"

const TEST_MS = 150_000
const room = useClusterRoom(async () => ({ appendfsync: "everysec" }))
const WHOLE = { accepted: VOTERS, counted: VOTERS, recount: VOTERS, lost: 0, faults: [] }

test(
  "the shards are spread over the masters, and every vote is counted once",
  async () => {
    const { masterOf, flood, books } = room()
    const masters = await Promise.all(Array.from({ length: SHARDS }, (_, shard) => masterOf(shard)))
    expect(new Set(masters).size).toBe(3)
    await flood("spread", async () => {})
    expect(await books("spread")).toMatchObject(WHOLE)
  },
  TEST_MS,
)

test(
  "a slot that moves to another master in the middle of a flood, key by key, loses no vote and doubles none",
  async () => {
    const { cluster, masterOf, otherThan, flood, books } = room()
    await flood("moving", async () => {
      const to = await otherThan(1)
      await cluster.moveSlot(slotOfShard(1), to, () => Bun.sleep(50))
      expect(await masterOf(1)).toBe(to)
    })
    expect(await books("moving")).toMatchObject(WHOLE)
  },
  TEST_MS,
)

test(
  "shard 0, which has the polls, moves like any other",
  async () => {
    const { cluster, masterOf, otherThan, flood, books } = room()
    await flood("first", async () => {
      const to = await otherThan(0)
      await cluster.moveSlot(slotOfShard(0), to, () => Bun.sleep(50))
      expect(await masterOf(0)).toBe(to)
    })
    expect(await books("first")).toMatchObject(WHOLE)
  },
  TEST_MS,
)

test(
  "a replica that is told to take over loses nothing",
  async () => {
    const { cluster, masterOf, flood, books } = room()
    await flood("planned", async () => {
      const master = await masterOf(2)
      await cluster.promote(slotOfShard(2))
      expect(await masterOf(2)).not.toBe(master)
    })
    expect(await books("planned")).toMatchObject(WHOLE)
  },
  TEST_MS,
)

test(
  "a master that dies is replaced, what its replica did not have is named in the books, and it comes back as a replica",
  async () => {
    const { masterOf, flood, books } = room()
    const master = await masterOf(0)
    await flood("dying", async () => {
      await master.kill9()
      await waitFor("its replica to take its place", async () => (await masterOf(0)) !== master)
    })
    const { faults, counted = 0, lost = 0, recount } = (await books("dying")) ?? {}
    expect(faults).toEqual([])
    expect(recount).toBe(counted)
    // A ballot that nobody was told of may be lost, too, and was sent again.
    expect(counted + lost).toBeGreaterThanOrEqual(VOTERS)
    expect(counted).toBeLessThanOrEqual(VOTERS)
    await master.start()
    await flood("back", async () => {})
    expect(await books("back")).toMatchObject(WHOLE)
  },
  TEST_MS,
)

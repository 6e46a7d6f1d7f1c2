import { expect, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import { createLog } from "@tallyroom/lib/process/logging"
import { waitFor } from "../../../scripts/services/wait"
import { becomes } from "../../../tests/harness/becomes"
import { useStores } from "../../../tests/harness/stores"
import { RetainedRoom } from "./retained-room"

const stores = useStores()
const RETENTION = { ageMs: 3_600_000, bytes: 100_000_000 }
/** More than go at a time. */
const BALLOTS = 1_500

test("when memory is short a worker says once that retained ballots go, and how many went first", async () => {
  const redis = openRedis(stores().redis.adminUrl)
  await waitFor("Redis to be connected", () => redis.status === "ready")
  const pipeline = redis.pipeline()
  for (let i = 0; i < BALLOTS; i++) pipeline.xadd(keys.retained(0), "*", "b", "x".repeat(100))
  await pipeline.exec()
  const lines: string[] = []
  const log = createLog("worker", "info", { write: (line) => void lines.push(line) })
  const room = new RetainedRoom(0, RETENTION, { redis, log })
  room.start()
  try {
    const used = Number(/^used_memory:(\d+)/m.exec(await redis.info("memory"))?.[1])
    await redis.config("SET", "maxmemory", Math.round(used / 0.9))
    await becomes(() => redis.xlen(keys.retained(0)), 0)
    const said = lines.map((line) => JSON.parse(line))
    expect(said).toEqual([
      expect.objectContaining({
        level: "warn",
        shard: 0,
        ballots: 1_000,
        message:
          "Redis's memory is short: counted ballots go before their time (INBOX_RETENTION), so that votes have room",
      }),
    ])
  } finally {
    room.stop()
    await redis.config("SET", "maxmemory", 0)
    redis.disconnect()
  }
})

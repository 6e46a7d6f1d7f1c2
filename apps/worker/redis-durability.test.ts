import { expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { InboxAway } from "@tallyroom/lib/inbox/contract"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import { startWorker } from "../../scripts/services/apps/worker-in-process"
import { startRedis } from "../../scripts/services/stores/redis"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../../tests/harness/becomes"
import { useStores } from "../../tests/harness/stores"
import { openBooth, openPoll, voter } from "../../tests/harness/tallyroom"
import { warnOfLosses } from "./redis-durability"

const stores = useStores()

async function warnings(url: string, replicas = 0): Promise<string[]> {
  const redis = openRedis(url)
  await waitFor("Redis to be connected", () => redis.status === "ready")
  const said: string[] = []
  await warnOfLosses(redis, { warn: (_, warning) => said.push(warning) }, replicas)
  redis.disconnect()
  return said
}

test("a Redis that is cut off from its replicas takes no votes, where it is set so, and the worker says where it is not", async () => {
  const { redis: primary, defer } = stores()
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-replica-"))
  defer(() => rmSync(dir, { recursive: true, force: true }))
  const replica = await startRedis({ dir })
  defer(() => replica.stop())
  const worker = await startWorker(stores())
  await worker.ready()
  const booth = await openBooth(stores())
  await openPoll(worker.sql, booth.redis, "cut-off")
  expect(await warnings(primary.workerUrl)).toEqual([])
  // What is said depends on the version of this machine's Redis.
  expect(await warnings(primary.workerUrl, 1)).toEqual([
    expect.stringMatching(
      /^Votes are answered 503: .*(\(INBOX_REPLICAS=1\)|only 0 of the 1 replicas follow)/,
    ),
  ])

  const follower = openRedis(replica.adminUrl)
  defer(() => follower.disconnect())
  await waitFor("the replica to be connected", () => follower.status === "ready")
  const { username, password } = new URL(primary.adminUrl)
  await follower.config("SET", "masteruser", username)
  await follower.config("SET", "masterauth", password)
  await follower.replicaof("127.0.0.1", primary.port)
  await waitFor("the replica to follow", async () =>
    (await booth.redis.info("replication")).includes("connected_slaves:1"),
  )
  expect(await warnings(primary.workerUrl)).toEqual([
    expect.stringContaining("Redis has replicas and min-replicas-to-write 0"),
  ])

  await booth.redis.config("SET", "min-replicas-to-write", "1")
  expect(await warnings(primary.workerUrl)).toEqual([])
  await becomes(
    async () => (await booth.cast("cut-off", voter("before"), "a").catch(() => null))?.kind,
    "accepted",
  )
  await replica.kill9()
  await waitFor("the replica to be missed", async () =>
    (await booth.redis.info("replication")).includes("connected_slaves:0"),
  )
  await expect(booth.cast("cut-off", voter("after"), "a")).rejects.toBeInstanceOf(InboxAway)
})

import { expect, test } from "bun:test"
import { copyFileSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { shardOf } from "@tallyroom/lib/ballots/voter"
import { BALLOT_FIELD, keys } from "@tallyroom/lib/inbox/keys"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import { quiet, SHARDS, startWorker } from "../../../scripts/services/apps/worker-in-process"
import { startRedis } from "../../../scripts/services/stores/redis"
import { waitFor } from "../../../scripts/services/wait"
import { becomes } from "../../../tests/harness/becomes"
import { useStores } from "../../../tests/harness/stores"
import { booksOf, openBooth, openPoll, voters } from "../../../tests/harness/tallyroom"
import { startTcpProxy } from "../../../tests/harness/tcp-proxy"

const stores = useStores()

/** A Redis with the same users as the one of this file. */
async function startOther() {
  const { redis, defer } = stores()
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-other-"))
  copyFileSync(join(redis.dir, "passwords.json"), join(dir, "passwords.json"))
  const other = await startRedis({ dir })
  defer(async () => {
    await other.stop()
    rmSync(dir, { recursive: true, force: true })
  })
  return other
}

test("a connection that reads from another Redis than the one that is open moves no position, and is made anew", async () => {
  const { redis } = stores()
  const other = await startOther()
  const proxy = await startTcpProxy(stores(), redis.workerUrl)
  const reading = proxy.urlOf(redis.workerUrl)
  const { sql, ready } = await startWorker(stores(), SHARDS, "", 1, 0, null, quiet, reading)
  const booth = await openBooth(stores())
  await ready()
  await openPoll(sql, booth.redis, "parted")
  const [before = "", meanwhile = ""] = voters("parted", 100).filter((who) => shardOf(who, SHARDS) === 0)
  await booth.cast("parted", before, "a")
  const counted = async () => (await booksOf(sql, booth.redis, "parted"))?.counted
  await becomes(counted, 1)

  // What an old master took after it was replaced lies later than what the new one takes.
  const admin = openRedis(other.adminUrl)
  stores().defer(() => admin.disconnect())
  await waitFor("the other Redis", () => admin.status === "ready")
  await admin.xadd(keys.inbox(0), `${Date.now() + 3_600_000}-0`, BALLOT_FIELD, "1 x a")
  proxy.leadTo(other.workerUrl)
  proxy.cut()
  await booth.cast("parted", meanwhile, "a")
  await waitFor("connections to be refused", async () =>
    /cmdstat_evalsha:calls=[1-9]|cmdstat_eval:calls=[1-9]/.test(await admin.info("commandstats")),
  )
  expect(await counted()).toBe(1)

  proxy.leadTo(redis.workerUrl)
  proxy.cut()
  await becomes(counted, 2)
  expect(await booksOf(sql, booth.redis, "parted")).toMatchObject({ accepted: 2, setAside: 0, faults: [] })
})

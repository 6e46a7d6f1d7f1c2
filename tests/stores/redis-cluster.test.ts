/** Votes over a Redis Cluster, whose slots move and whose masters die in the middle of a flood. */

import { afterAll, beforeAll, expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import { slotOfShard } from "@tallyroom/lib/inbox/redis/cluster-slot"
import { openShards } from "@tallyroom/lib/inbox/redis/shards"
import { auditPolls } from "../../apps/worker/audit/audit"
import { type AppProcess, startVoteProcess, startWorkerProcess } from "../../scripts/services/apps/start-apps"
import { castUntilAnswered, crowd, person } from "../../scripts/services/apps/voters"
import { type RedisCluster, startRedisCluster } from "../../scripts/services/stores/redis-cluster"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { useStores } from "../harness/stores"
import { makePoll } from "../harness/tallyroom"

const SHARDS = 6
const VOTERS = 600
const AT_ONCE = 20
const START_MS = 180_000

const stores = useStores()
let cluster: RedisCluster
let sql: Database
let vote: AppProcess
let worker: AppProcess
const lines: string[] = []

beforeAll(async () => {
  const { database, defer } = stores()
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-cluster-"))
  defer(() => rmSync(dir, { recursive: true, force: true }))
  cluster = await startRedisCluster({ dir, appendfsync: "everysec" })
  defer(() => cluster.stop())
  const own = { ...stores(), redis: cluster }
  sql = openDatabase(database.workerUrl, { name: "test", connections: 2 })
  defer(() => sql.end({ timeout: 1 }))
  const options = { onLine: (line: string) => void lines.push(line) }
  worker = await startWorkerProcess(own, { INBOX_SHARDS: String(SHARDS) }, options)
  await worker.app.waitReady()
  vote = await startVoteProcess(own, {}, options)
}, START_MS)

afterAll(() => {
  for (const each of [vote, worker]) each?.app.kill("SIGKILL")
})

/** Has everybody vote once, and act when half of them have. @returns how many were told that their vote is taken */
async function flood(poll: string, halfway: () => Promise<void>): Promise<number> {
  let taken = 0
  const acting = waitFor("half of the votes", () => taken > VOTERS / 2).then(halfway)
  await crowd(VOTERS, AT_ONCE, async () => {
    const { status } = await castUntilAnswered([vote.url], poll, person(), "a")
    if (status === 201 || status === 200) taken++
  })
  await acting
  return taken
}

async function booksOf(poll: string) {
  const inbox = openShards(cluster.workerUrl)
  try {
    for (let shard = 0; shard < SHARDS; shard++) inbox.of(shard)
    await waitFor("all shards to be reached", () => inbox.isWhole())
    return (await auditPolls(sql, inbox)).find((books) => books.poll === poll)
  } finally {
    inbox.disconnect()
  }
}

async function openPoll(id: string): Promise<void> {
  await makePoll(sql, id)
  const inbox = openShards(cluster.workerUrl)
  const isThere = async (shard: number) =>
    (await inbox
      .of(shard)
      .exists(keys.poll(shard, id))
      .catch(() => 0)) === 1
  for (let shard = 0; shard < SHARDS; shard++) await waitFor(`shard ${shard}`, () => isThere(shard))
  inbox.disconnect()
}

test("the shards are spread over the masters, and every vote is counted once", async () => {
  const masters = await Promise.all(
    Array.from({ length: SHARDS }, (_, shard) => cluster.masterOf(slotOfShard(shard))),
  )
  expect(new Set(masters).size).toBe(3)
  await openPoll("spread")
  const taken = await flood("spread", async () => {})
  expect(taken).toBe(VOTERS)
  await becomes(async () => (await booksOf("spread"))?.pending, 0)
  expect(await booksOf("spread")).toMatchObject({
    accepted: VOTERS,
    counted: VOTERS,
    recount: VOTERS,
    faults: [],
  })
}, 120_000)

test("a slot that moves to another master in the middle of a flood, key by key, loses no vote and doubles none", async () => {
  await openPoll("moving")
  const taken = await flood("moving", async () => {
    const from = await cluster.masterOf(slotOfShard(1))
    const to = await waitFor("another master", async () => {
      const others = await Promise.all([0, 2, 3, 4, 5].map((shard) => cluster.masterOf(slotOfShard(shard))))
      return others.find((node) => node !== from)
    })
    await cluster.moveSlot(slotOfShard(1), to, () => Bun.sleep(20))
    expect(await cluster.masterOf(slotOfShard(1))).toBe(to)
  })
  expect(taken).toBe(VOTERS)
  await becomes(async () => (await booksOf("moving").catch(() => null))?.pending, 0)
  expect(await booksOf("moving")).toMatchObject({
    accepted: VOTERS,
    counted: VOTERS,
    recount: VOTERS,
    lost: 0,
    faults: [],
  })
}, 120_000)

test("a master that dies for good is replaced, and what its replica did not have is named in the books", async () => {
  await openPoll("dying")
  const taken = await flood("dying", async () => {
    const master = await cluster.masterOf(slotOfShard(0))
    await master.kill9()
    await waitFor(
      "its replica to take its place",
      async () => (await cluster.masterOf(slotOfShard(0))) !== master,
    )
  })
  expect(taken).toBe(VOTERS)
  await becomes(async () => (await booksOf("dying").catch(() => null))?.pending, 0)
  const books = await booksOf("dying")
  expect(books?.faults).toEqual([])
  // Whoever was told that the vote is taken is counted, or named as lost; a lost one's voter may vote again.
  expect((books?.counted ?? 0) + (books?.lost ?? 0)).toBe(VOTERS)
  expect(books?.recount).toBe(books?.counted)
}, 120_000)

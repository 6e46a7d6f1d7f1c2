/** A master of Redis that dies for good in the middle of a flood, with its disk: three sentinels put a replica in its place. */

import { expect, test } from "bun:test"
import { rmSync } from "node:fs"
import { startVoteProcess } from "../../scripts/services/apps/start-apps"
import { castOnce, person } from "../../scripts/services/apps/voters"
import type { RedisServer } from "../../scripts/services/stores/redis"
import { waitFor } from "../../scripts/services/wait"
import { useStores } from "../harness/stores"
import { booksOf } from "../harness/tallyroom"
import { Flood, fatesOf, POLL, RECOVER_MS, type SentinelRoom, startSentinelRoom } from "./sentinel-room"

/** So far replicas fall behind before the master dies: longer than a vote may take. */
const BEHIND_MS = 400
/** So many voters are answered in this time, be it that they have voted or that nobody knows. */
const ANSWERED_MEANWHILE = 40

const stores = useStores()

/** The master and its disk are gone at once, and whatever was on its way from there. */
async function destroy({ way, master }: SentinelRoom): Promise<void> {
  way.leadTo(null)
  way.cut()
  await master.kill9()
  rmSync(master.dir, { recursive: true, force: true })
}

/**
 * Floods, and kills the master while replicas are behind.
 * @param halted whether the worker stands still meanwhile, so that what was answered waits in Redis alone
 * @returns what became of those who were answered 201
 */
async function killInFlood(setup: SentinelRoom, halted: boolean) {
  const { votes, way, sentinels, sql, replicas, adminOf, worker } = setup
  const flood = new Flood(votes.map(({ url }) => url))
  await waitFor("a flood", () => flood.receipts.length > 200)
  if (halted) process.kill(worker.app.pid, "SIGSTOP")
  way.delay(BEHIND_MS, "PSYNC")
  const before = flood.answers
  await waitFor("answers meanwhile", () => flood.answers >= before + ANSWERED_MEANWHILE)
  await destroy(setup)
  process.kill(worker.app.pid, "SIGCONT")
  const died = performance.now()
  const port = await waitFor(
    "a new master",
    async () => {
      const named = await sentinels.masterPort()
      return replicas.some((replica) => replica.port === named) && named
    },
    RECOVER_MS,
  )
  const isBack = () => flood.answeredAt.find((at) => at > died + BEHIND_MS)
  const backAt = await waitFor("voting to be back", isBack, RECOVER_MS)
  await waitFor("a flood again", () => flood.receipts.length > 400, RECOVER_MS)
  await flood.stop()
  console.log(`  voting was back ${((backAt - died) / 1_000).toFixed(1)} s after the master had died`)
  const master = replicas.find((replica) => replica.port === port) as RedisServer
  const read = () => booksOf(sql, adminOf(master), POLL)
  await waitFor("everything to be counted", async () => (await read())?.pending === 0)
  const fates = await fatesOf(sql, flood.receipts)
  // Vote tells the new master of what the old one had accepted, and the worker books it a moment later.
  const books = await waitFor("the books to name what is lost", async () => {
    const found = await read()
    return found && found.lost >= (fates.lost ?? 0) && found
  })
  return { books, fates, answered: flood.receipts.length }
}

test.each([
  ["that were counted already", false],
  ["that waited to be counted", true],
])(
  "with votes that wait for a replica, each one that was answered 201 counts once, beside others %s",
  async (_, halted) => {
    const setup = await startSentinelRoom(stores(), 1)
    const [slow] = setup.replicas
    // One replica never has what is answered: only the sentinels can tell which of them has it.
    setup.way.delay(BEHIND_MS, `${slow?.port}`)
    const { books, fates, answered } = await killInFlood(setup, halted)
    console.log(`  the books name ${books.lost} ballots as lost, none of which was answered 201`)
    expect(fates).toEqual({ counted: answered })
    expect(books).toMatchObject({ counted: answered, late: 0, replaced: 0, faults: [] })
  },
  240_000,
)

test("without the wait the same death loses votes, and the books and receipts name them", async () => {
  const { books, fates, answered } = await killInFlood(await startSentinelRoom(stores(), 0), true)
  const lost = fates.lost ?? 0
  console.log(`  ${lost} of ${answered} votes that were answered 201 are lost`)
  expect(lost).toBeGreaterThan(0)
  expect(fates).toEqual({ counted: answered - lost, lost })
  expect(books).toMatchObject({ counted: answered - lost, late: 0, faults: [] })
}, 240_000)

/**
 * Halts the master until another has taken its place, and has people vote over a vote process that knows of the old one alone, until
 * sentinels have made that a replica. @returns what became of those who were answered that their vote is in
 */
async function voteAtOldMaster(setup: SentinelRoom, replicasWaitedFor: number) {
  const { master, replicas, sentinels, sql, own, adminOf } = setup
  const env = { INBOX_REPLICAS: String(replicasWaitedFor) }
  const stray = await startVoteProcess(own, env)
  process.kill(master.pid ?? 0, "SIGSTOP")
  const hasOther = async () => {
    const named = await sentinels.masterPort()
    return replicas.some((replica) => replica.port === named)
  }
  await waitFor("a new master", hasOther, RECOVER_MS)
  process.kill(master.pid ?? 0, "SIGCONT")
  const receipts: string[] = []
  const isReplica = async () => {
    const answer = await castOnce(stray.url, POLL, person(), "a")
    if (answer?.status === 201) receipts.push(((await answer.json()) as { receipt: string }).receipt)
    // The sentinels cut connections to it meanwhile.
    const said = await adminOf(master)
      .info("replication")
      .catch(() => "")
    return said.includes("role:slave")
  }
  await waitFor("the old master to follow", isReplica, RECOVER_MS)
  return { fates: await fatesOf(sql, receipts), answered: receipts.length }
}

test("an old master that was halted, and goes on beside the new one, has no vote answered 201 that waits for a replica", async () => {
  const { answered } = await voteAtOldMaster(await startSentinelRoom(stores(), 1), 1)
  expect(answered).toBe(0)
}, 240_000)

test("without the wait it has, and most are never counted", async () => {
  const { fates, answered } = await voteAtOldMaster(await startSentinelRoom(stores(), 0), 0)
  const { counted = 0 } = fates
  console.log(`  ${answered - counted} of ${answered} votes that the old master answered are never counted`)
  // The worker may have read some before it left.
  expect(counted).toBeLessThan(answered)
}, 240_000)

test("a master that wakes in the middle of a failover has no vote answered 201 that is lost", async () => {
  const setup = await startSentinelRoom(stores(), 1)
  const { master, replicas, votes, sql, adminOf, sentinels, worker } = setup
  const [url = ""] = votes.map((vote) => vote.url)
  await waitFor("a vote", async () => (await castOnce(url, POLL, person(), "a"))?.status === 201)
  process.kill(worker.app.pid, "SIGSTOP")
  process.kill(master.pid ?? 0, "SIGSTOP")
  // Sentinels cut the connections to whom they promote.
  const roleOf = async (server: RedisServer) => {
    const said = adminOf(server).info("replication")
    return /^role:(\w+)/m.exec(await said.catch(() => ""))?.[1]
  }
  await waitFor(
    "a replica to be promoted",
    async () => (await Promise.all(replicas.map(roleOf))).includes("master"),
    RECOVER_MS,
  )
  // The other replica follows it still.
  process.kill(master.pid ?? 0, "SIGCONT")
  const flood = new Flood(votes.map((vote) => vote.url))
  const named = await waitFor(
    "a new master",
    async () => {
      const port = await sentinels.masterPort()
      return replicas.some((replica) => replica.port === port) && port
    },
    RECOVER_MS,
  )
  process.kill(worker.app.pid, "SIGCONT")
  console.log(`  ${flood.receipts.length} were answered meanwhile`)
  await waitFor("a flood", () => flood.receipts.length > 200, RECOVER_MS)
  await flood.stop()
  const current = replicas.find(({ port }) => port === named) as RedisServer
  await waitFor(
    "everything to be counted",
    async () => (await booksOf(sql, adminOf(current), POLL).catch(() => null))?.pending === 0,
  )
  expect(await fatesOf(sql, flood.receipts)).toEqual({ counted: flood.receipts.length })
}, 240_000)

/** Votes that replicas have, and that no sentinel may have chosen another master before. */

import { expect, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import { SENTINELS_RULES } from "../../apps/worker/credentials/redis-acl"
import { type AppProcess, startVoteProcess } from "../../scripts/services/apps/start-apps"
import { castOnce, castUntilAnswered, person } from "../../scripts/services/apps/voters"
import type { RedisServer } from "../../scripts/services/stores/redis"
import type { Server } from "../../scripts/services/stores/server"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { useStores } from "../harness/stores"
import { booksOf } from "../harness/tallyroom"
import { Flood, fatesOf, POLL, RECOVER_MS, type SentinelRoom, startSentinelRoom } from "./sentinel-room"

/** So many ballots the old master takes beside the one that was promoted. */
const TAKEN_MEANWHILE = 20

const stores = useStores()

const halt = ({ pid }: Server) => process.kill(pid ?? 0, "SIGSTOP")
const goOn = ({ pid }: Server) => process.kill(pid ?? 0, "SIGCONT")
const statusAt = async ({ url }: AppProcess) => (await castOnce(url, POLL, person(), "a"))?.status
const readyzOf = async ({ managementUrl }: AppProcess) =>
  (await fetch(`${managementUrl}/readyz`).catch(() => null))?.text() ?? ""

const untilSaid = (vote: AppProcess, text: string) =>
  waitFor(`vote to say ${JSON.stringify(text)}`, async () => (await readyzOf(vote)).includes(text))

async function roleOf(room: SentinelRoom, server: RedisServer): Promise<string | undefined> {
  // Sentinels cut the connections to whom they promote.
  const said = await room
    .adminOf(server)
    .info("replication")
    .catch(() => "")
  return /^role:(\w+)/m.exec(said)?.[1]
}

test("a master that goes on after a replica was promoted, while the other one follows it still, has no vote answered 201", async () => {
  const room = await startSentinelRoom(stores(), 1)
  const { master, replicas, votes, sql, adminOf, sentinels, worker } = room
  const [vote] = votes as [AppProcess]
  await becomes(() => statusAt(vote), 201)
  process.kill(worker.app.pid, "SIGSTOP")
  halt(master)
  const isPromoted = async () =>
    (await Promise.all(replicas.map((replica) => roleOf(room, replica)))).includes("master")
  await waitFor("a replica to be promoted", isPromoted, RECOVER_MS)
  // The sentinel that has promoted it hangs before it tells anybody. The others name the old master as ever.
  const leader = await sentinels.atWork()
  if (!leader) throw new Error("no sentinel is at work")
  halt(leader)
  goOn(master)
  const flood = new Flood(votes.map(({ url }) => url))
  const taken = () => adminOf(master).xlen(keys.inbox(0))
  const before = await taken()
  await waitFor("the old master to take ballots", async () => (await taken()) >= before + TAKEN_MEANWHILE)
  const meanwhile = flood.receipts.length
  goOn(leader)
  const current = await waitFor(
    "a new master",
    async () => {
      const named = await sentinels.masterPort()
      return replicas.find(({ port }) => port === named)
    },
    RECOVER_MS,
  )
  process.kill(worker.app.pid, "SIGCONT")
  console.log(`  ${meanwhile} votes were answered 201 meanwhile`)
  await waitFor("a flood", () => flood.receipts.length > meanwhile + 200, RECOVER_MS)
  await flood.stop()
  const pending = async () => (await booksOf(sql, adminOf(current), POLL).catch(() => null))?.pending
  await becomes(pending, 0)
  expect(await fatesOf(sql, flood.receipts)).toEqual({ counted: flood.receipts.length })
}, 240_000)

test("votes go on while one of three sentinels hangs, stop while two are away, and go on when one of them has started anew", async () => {
  const { sentinels, votes } = await startSentinelRoom(stores(), 1)
  const [vote] = votes as [AppProcess]
  const [first, second] = sentinels.servers as [Server, Server]
  await becomes(() => statusAt(vote), 201)

  halt(first)
  const took: number[] = []
  for (let n = 0; n < 20; n++) {
    const begun = performance.now()
    await castUntilAnswered([vote.url], POLL, person(), "a")
    took.push(Math.round(performance.now() - begun))
  }
  console.log(`  20 votes beside a sentinel that hangs took ${took.join(", ")} ms`)

  await second.kill9()
  await untilSaid(vote, "too few sentinels say that the master stays")
  expect(await statusAt(vote)).toBe(503)
  await second.start()
  await becomes(() => statusAt(vote), 201)
}, 240_000)

test("a user of sentinels needs no more than the rights that are documented, and a right that it lacks is named", async () => {
  const { sentinels, own } = await startSentinelRoom(stores(), 1)
  await sentinels.letIn("tally", "secret", SENTINELS_RULES.app)
  const asUser = sentinels
    .urlFor("vote")
    .replace(/&sentinel_password=.*/, "&sentinel_user=tally&sentinel_password=secret")
  const vote = await startVoteProcess(own, { REDIS_URL: asUser, INBOX_REPLICAS: "1" })
  await becomes(() => statusAt(vote), 201)
  await sentinels.letIn("tally", "secret", "-ping")
  await untilSaid(vote, "has no permissions to run the 'ping' command")
}, 240_000)

test("after an election that came to nothing votes go on once all sentinels say that none is at work", async () => {
  const { sentinels, votes, way } = await startSentinelRoom(stores(), 1)
  const [vote] = votes as [AppProcess]
  const [first, ...others] = sentinels.servers as [Server, Server, Server]
  const port = Number(new URL(way.url).port)
  await becomes(() => statusAt(vote), 201)
  for (const other of others) await sentinels.haveVote(other, port, 100)
  await becomes(() => statusAt(vote), 201)
  // Whoever was elected may hang.
  halt(first)
  await untilSaid(vote, "has voted for a sentinel that wants to replace the master")
  expect(await statusAt(vote)).toBe(503)
  goOn(first)
  await becomes(() => statusAt(vote), 201)
}, 240_000)

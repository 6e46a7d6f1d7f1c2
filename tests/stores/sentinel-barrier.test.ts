/** Votes that replicas have, and that no sentinel may have chosen another master before. */

import { expect, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { AppProcess } from "../../scripts/services/apps/start-apps"
import { castOnce, person } from "../../scripts/services/apps/voters"
import type { RedisServer } from "../../scripts/services/stores/redis"
import type { Server } from "../../scripts/services/stores/server"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { useStores } from "../harness/stores"
import { booksOf } from "../harness/tallyroom"
import { Flood, fatesOf, POLL, RECOVER_MS, type SentinelRoom, startSentinelRoom } from "./sentinel-room"

/** So many ballots the old master takes beside the one that was promoted: fewer than there are voters, who send theirs again until told. */
const TAKEN_MEANWHILE = 8
/** As many as a worker makes. */
const SHARDS = [0, 1, 2, 3]

const stores = useStores()

const halt = ({ pid }: Server) => process.kill(pid ?? 0, "SIGSTOP")
const goOn = ({ pid }: Server) => process.kill(pid ?? 0, "SIGCONT")
const statusAt = async ({ url }: AppProcess) => (await castOnce(url, POLL, person(), "a"))?.status
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
  const taken = async () => {
    const lengths = SHARDS.map((shard) => adminOf(master).xlen(keys.inbox(shard)))
    return (await Promise.all(lengths)).reduce((sum, it) => sum + it, 0)
  }
  const before = await taken()
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

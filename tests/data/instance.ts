/** A Tallyroom for one test file, for the data commands to work on. */

import { beforeAll } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import {
  ADMIN_TOKEN,
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { startInboxServer } from "../../scripts/services/stores/inbox-server"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { waitFor } from "../../scripts/services/wait"
import { makePollAt } from "../harness/control-room"
import { useStores } from "../harness/stores"
import { inEveryShard } from "../harness/tallyroom"

/** A broker takes long to start, and the worker long to verify it. */
const START_TIMEOUT_MS = 180_000

export type TestInstance = {
  stores: OwnStores
  /** For files of the tests. */
  dir: string
  /** The environment by which commands find this Tallyroom. */
  env: Record<string, string>
  /** Makes a poll and waits until it can be voted on. */
  poll(id: string, more?: Record<string, unknown>): Promise<string>
  codes(poll: string, count: number): Promise<string[]>
  tally(poll: string): Promise<Record<string, number>>
  untilTally(poll: string, votes: Record<string, number>): Promise<unknown>
  /** @returns its path */
  file(name: string, lines: string[]): Promise<string>
}

/**
 * @param broker which holds the ballots in the place of Redis
 * @returns a function that gives it, once the tests run
 */
export function useInstance(broker?: "nats" | "rabbitmq"): () => TestInstance {
  const stores = useStores()
  let instance: TestInstance | undefined
  beforeAll(async () => {
    instance = await startInstance(
      stores(),
      broker ? { INBOX_URL: (await startInboxServer(broker, stores())).url } : {},
    )
  }, START_TIMEOUT_MS)
  return () => {
    if (!instance) throw new Error("the instance is there only while tests run")
    return instance
  }
}

async function startInstance(stores: OwnStores, inbox: Record<string, string>): Promise<TestInstance> {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-data-"))
  stores.defer(() => rmSync(dir, { recursive: true, force: true }))
  const worker = await startWorkerProcess(stores, inbox)
  await worker.app.waitReady()
  const result = await startResultProcess(stores)
  const vote = await startVoteProcess(stores, { RESULT_URL: result.url, ...inbox })

  const redis = openRedis(stores.redis.adminUrl)
  stores.defer(() => redis.disconnect())
  await waitFor("Redis to be connected", () => redis.status === "ready")

  const tally: TestInstance["tally"] = async (id) => {
    const answer = await fetch(`${result.url}/api/polls/${id}/results`)
    const { options } = (await answer.json()) as { options: { id: string; votes: number }[] }
    return Object.fromEntries(options.map((option) => [option.id, option.votes]))
  }
  return {
    stores,
    dir,
    env: { VOTE_URL: vote.url, RESULT_URL: result.url, DATABASE_URL: stores.database.workerUrl },
    tally,
    async poll(id, more = {}) {
      await makePollAt(result.url, { id, ...more })
      await inEveryShard(redis, id)
      await waitFor(`${id} to be open`, async () => {
        const answer = await fetch(`${vote.url}/api/polls/${id}`)
        return answer.ok && ((await answer.json()) as { phase: string }).phase === "open"
      })
      return id
    },
    async codes(poll, count) {
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" }
      const body = JSON.stringify({ count })
      const answer = await fetch(`${result.url}/api/polls/${poll}/codes`, { method: "POST", headers, body })
      return ((await answer.json()) as { codes: string[] }).codes
    },
    untilTally: (id, votes) =>
      waitFor(`${JSON.stringify(votes)} in ${id}`, async () => Bun.deepEquals(await tally(id), votes)),
    async file(name, lines) {
      const path = join(dir, name)
      await Bun.write(path, lines.join("\n"))
      return path
    },
  }
}

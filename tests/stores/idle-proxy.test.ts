/** Vote behind a proxy that cuts connections over which nothing goes. */

import { expect, test } from "bun:test"
import { Redis } from "ioredis"
import { startVoteProcess } from "../../scripts/services/apps/start-apps"
import { startWorker } from "../../scripts/services/apps/worker-in-process"
import { waitFor } from "../../scripts/services/wait"
import { startHaproxy } from "../harness/haproxy"
import { useStores } from "../harness/stores"

const stores = useStores()

test("no vote is said to be refused when a proxy cuts an idle connection", async () => {
  const worker = await startWorker(stores())
  await worker.ready()
  const lines: string[] = []
  // Shorter than any keep-alive would help against.
  const through = await startHaproxy(stores(), stores().redis.voteUrl, 1_000)
  const vote = await startVoteProcess(
    stores(),
    { REDIS_URL: through, LOG_LEVEL: "info" },
    { onLine: (line) => lines.push(line) },
  )
  const admin = new Redis(stores().redis.adminUrl)
  stores().defer(() => admin.disconnect())
  const connections = async () => {
    const list = String(await admin.client("LIST"))
    return [...list.matchAll(/id=(\d+) .*user=vote/g)].map(([, id]) => Number(id))
  }
  const first = Math.max(...(await connections()))
  // Each cut brings a new connection.
  let seen = first
  for (let cuts = 0; cuts < 3; cuts++) {
    await waitFor("another connection", async () => Math.max(0, ...(await connections())) > seen, 20_000)
    seen = Math.max(...(await connections()))
  }
  const cast = await fetch(`${vote.url}/api/polls/cats-vs-dogs/votes`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"option":"a"}',
  })
  expect([201, 503]).toContain(cast.status)
  expect(lines.filter((line) => line.includes("is away"))).toEqual([])
}, 60_000)

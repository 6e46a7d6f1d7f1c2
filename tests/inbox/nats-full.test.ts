/** A NATS that is full refuses ballots and answers everything else. */

import { expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startVoteProcess } from "../../scripts/services/apps/start-apps"
import { startWorker } from "../../scripts/services/apps/worker-in-process"
import { startNats } from "../../scripts/services/stores/nats"
import { waitFor } from "../../scripts/services/wait"
import { useStores } from "../harness/stores"

const stores = useStores()

test("vote says so in its readiness and its log, under the name of NATS", async () => {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-nats-"))
  stores().defer(() => rmSync(dir, { recursive: true, force: true }))
  const nats = await startNats({ dir, storeBytes: 20_000 })
  stores().defer(() => nats.stop())
  const worker = await startWorker(stores(), 1, nats.url)
  await worker.ready()
  const lines: string[] = []
  const vote = await startVoteProcess(
    stores(),
    { INBOX_URL: nats.url },
    { onLine: (line) => lines.push(line) },
  )
  const cast = async () => {
    const headers = { "content-type": "application/json", "idempotency-key": crypto.randomUUID() }
    const url = `${vote.url}/api/polls/cats-vs-dogs/votes`
    return (await fetch(url, { method: "POST", headers, body: '{"option":"a"}' })).status
  }
  const readiness = async () => (await fetch(`${vote.managementUrl}/readyz`)).json()
  expect(await cast()).toBe(201)
  expect(await readiness()).toEqual({ status: "ready" })
  await waitFor("NATS to be full", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, cast))
    return answers.every((status) => status === 503)
  })
  expect(await readiness()).toEqual({
    status: "waiting",
    waiting: { inbox: "ballots are not taken: NATS refused (insufficient resources)" },
  })
  await waitFor("a line in the log", () => lines.some((line) => line.includes("NATS refused")))
  expect(lines.filter((line) => /Redis (is away|did not)/.test(line))).toEqual([])
})

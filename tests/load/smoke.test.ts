/** The smoke script finds a Tallyroom that works, and says what of one does not. */

import { beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import {
  type AppProcess,
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { outputOfScript } from "../harness/scripts"
import { useStores } from "../harness/stores"

const stores = useStores()
setDefaultTimeout(90_000)
let vote: AppProcess
let result: AppProcess
let worker: Awaited<ReturnType<typeof startWorkerProcess>>

beforeAll(async () => {
  worker = await startWorkerProcess(stores())
  await worker.app.waitReady()
  result = await startResultProcess(stores())
  vote = await startVoteProcess(stores(), { RESULT_URL: result.url })
}, 60_000)

const smoke = (env: Record<string, string> = {}) =>
  outputOfScript("scripts/load/smoke.ts", [], { VOTE_URL: vote.url, RESULT_URL: result.url, ...env })

test("one vote is accepted, seen and counted", async () => {
  const { code, out } = await smoke()
  expect([code, out.trim().split("\n").at(-1)]).toEqual([0, "4 passed, 0 failed"])
})

test("an unknown poll is named", async () => {
  const { code, err } = await smoke({ POLL: "nowhere" })
  expect(code).toBe(2)
  expect(err).toContain("/api/polls/nowhere: `bun run poll list` shows which there are.")
})

test("without a worker the vote is accepted, and never seen", async () => {
  worker.app.kill("SIGKILL")
  await worker.app.exited
  const { code, out } = await smoke({ PATIENCE: "2s" })
  expect(code).toBe(1)
  expect(out).toContain("passed  a vote is accepted")
  expect(out).toContain("FAILED  a viewer sees it without asking")
})

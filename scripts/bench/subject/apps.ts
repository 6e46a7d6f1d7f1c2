/** Starts the apps for one run of a benchmark, and waits until they are ready. */

import {
  type AppProcess,
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../services/apps/start-apps"
import { untilInboxOpen } from "../../services/stores/inbox-open"
import type { BenchRun } from "./bench-stores"

export async function startReadyWorker(
  { stores }: BenchRun,
  env: Record<string, string> = {},
): Promise<AppProcess> {
  const worker = await startWorkerProcess(stores, env)
  await worker.app.waitReady()
  await untilInboxOpen(stores.redis.workerUrl)
  return worker
}

/** Starts one process of each app; `resultEnv` has settings of result that a benchmark needs. */
export async function startAll(run: BenchRun, backlogLimit: number, resultEnv: Record<string, string> = {}) {
  const worker = await startReadyWorker(run)
  const [vote, result] = await Promise.all([
    startVoteProcess(run.stores, { BACKLOG_LIMIT: String(backlogLimit) }),
    startResultProcess(run.stores, resultEnv),
  ])
  return { vote, worker, result }
}

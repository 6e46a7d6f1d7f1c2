/** The apps of a scene, ready to work. */

import { type Running, startResult, startVote, startWorkerProcess } from "../../tests/harness/processes"
import { untilInboxOpen } from "../services/inbox-open"
import type { Scene } from "./stage"

export async function startWorker({ stores }: Scene): Promise<Running> {
  const worker = await startWorkerProcess(stores)
  await worker.app.waitReady()
  await untilInboxOpen(stores.redis.workerUrl)
  return worker
}

/** One process of each. */
export async function startAll(scene: Scene, backlogLimit: number) {
  const worker = await startWorker(scene)
  const [vote, result] = await Promise.all([
    startVote(scene.stores, { BACKLOG_LIMIT: String(backlogLimit) }),
    startResult(scene.stores),
  ])
  return { vote, worker, result }
}

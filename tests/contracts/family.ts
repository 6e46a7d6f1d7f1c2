/** Starts the apps of every contract side by side on one Redis and one Postgres, as `bun run demo --contracts` does. */

import {
  type AppProcess,
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { waitFor } from "../../scripts/services/wait"

export type Family = {
  worker: AppProcess
  classic: { vote: AppProcess; result: AppProcess }
  pets: { vote: AppProcess; result: AppProcess }
  posts: AppProcess
}

/**
 * Starts the apps and waits until votes are taken.
 * @param workerEnv further settings of the worker
 * @param inboxUrl of the broker that holds the ballots; empty: Redis does
 */
export async function startFamily(
  stores: OwnStores,
  workerEnv: Record<string, string> = {},
  inboxUrl = "",
): Promise<Family> {
  const inbox = { INBOX_URL: inboxUrl }
  const worker = await startContractsWorker(stores, { ...inbox, ...workerEnv })
  const [result, petsResult] = await Promise.all([
    startResultProcess(stores),
    startResultProcess(stores, { CONTRACT: "pets" }),
  ])
  const [vote, petsVote, posts] = await Promise.all([
    startVoteProcess(stores, { ...inbox, RESULT_URL: result.url }),
    startVoteProcess(stores, { ...inbox, RESULT_URL: petsResult.url, CONTRACT: "pets" }),
    startVoteProcess(stores, { ...inbox, CONTRACT: "posts", TRUSTED_PROXIES: "127.0.0.1" }),
  ])
  return {
    worker,
    classic: { vote, result },
    pets: { vote: petsVote, result: petsResult },
    posts,
  }
}

/** Starts a worker that prepares every contract, and waits until it is ready. */
export async function startContractsWorker(
  stores: OwnStores,
  env: Record<string, string>,
): Promise<AppProcess> {
  const worker = await startWorkerProcess(stores, { CONTRACTS: "pets,posts", ...env })
  await worker.app.waitReady()
  return worker
}

/** Gives the votes by option, once they are as expected or the deadline (ms) has passed. */
export async function untilVotes(resultUrl: string, poll: string, expected: Record<string, number>) {
  const want = JSON.stringify(expected)
  await waitFor(`${want} in ${poll}`, async () => {
    const response = await fetch(`${resultUrl}/api/polls/${poll}/results`)
    if (!response.ok) return false
    const { options } = (await response.json()) as { options: { id: string; votes: number }[] }
    return JSON.stringify(Object.fromEntries(options.map(({ id, votes }) => [id, votes]))) === want
  })
}

/** A whole Tallyroom under measurement: all apps, a viewer, and the checks that end every run of it. */

import type { Database } from "@tallyroom/lib/database"
import { openDatabase } from "@tallyroom/lib/database"
import { auditPolls, type PollBooks } from "../../../apps/worker/audit/audit"
import { waitFor } from "../../services/wait"
import { Watch } from "../figures/watch"
import { startAll } from "./apps"
import type { BenchRun } from "./bench-stores"
import { acceptedCount } from "./inbox"
import { POLL_ID } from "./poll"

/** How long what waits may take until it is counted, and shown. */
const DRAIN_DEADLINE_MS = 60_000

export type WholePath = {
  voteUrl: string
  resultUrl: string
  sql: Database
  watch: Watch
  /** Of the five processes whose CPU a vote takes; Postgres with its backends. */
  pids: Record<"vote" | "redis" | "worker" | "postgres" | "result", number>
}

export async function startWholePath(run: BenchRun, backlogLimit: number): Promise<WholePath> {
  const { vote, worker, result } = await startAll(run, backlogLimit)
  const sql = openDatabase(run.stores.database.workerUrl, { name: "bench", connections: 1 })
  run.stores.defer(() => sql.end({ timeout: 1 }))
  const watch = await Watch.start(run, sql, result.url)
  const pids = {
    ...{ vote: vote.app.pid, redis: run.redisPid, worker: worker.app.pid },
    ...{ postgres: run.postgresPid, result: result.app.pid },
  }
  return { voteUrl: vote.url, resultUrl: result.url, sql, watch, pids }
}

export async function untilCounted({ watch }: WholePath): Promise<void> {
  await waitFor("everything to be counted", () => watch.isDrained(), DRAIN_DEADLINE_MS)
}

/** Waits until the viewer's screen shows everything that was counted. @returns how much that is */
export async function untilShown({ watch }: WholePath): Promise<number> {
  const counted = await watch.counted()
  await waitFor("the last total on the screen", () => watch.total === counted, DRAIN_DEADLINE_MS)
  return counted
}

/** @returns the books of the poll, and in how many respects they don't balance, or count other than what was accepted */
export async function auditWhole(
  { redis }: BenchRun,
  { sql }: WholePath,
): Promise<{ books: PollBooks | undefined; faults: number }> {
  const [books] = (await auditPolls(sql, redis)).filter(({ poll }) => poll === POLL_ID)
  const faults = books && (await acceptedCount(redis)) === books.counted ? books.faults.length : 1
  return { books, faults }
}

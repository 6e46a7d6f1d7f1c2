/**
 * Runs jobs once all test files have run, as `bun test` ends without an "exit" event. bunfig.toml preloads this file.
 */

import { afterAll } from "bun:test"

const jobs: (() => unknown)[] = []
const TIMEOUT_MS = 60_000

afterAll(async () => {
  for (const job of jobs) await job()
}, TIMEOUT_MS)

/** Adds a job. The job that was added last runs first. */
export function atTheEnd(job: () => unknown): void {
  jobs.unshift(job)
}

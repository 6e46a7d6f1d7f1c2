/** Measures memory: of Redis for each voter and each pending ballot, and of each app. */

import { join } from "node:path"
import { residentMb } from "../../services/processes/cpu"
import { waitFor } from "../../services/wait"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import { type Block, figures, type Legend } from "../figures/rounds"
import { flood } from "../figures/wrk"
import { startProgram } from "../programs/program"
import { startAll } from "../subject/apps"
import { type BenchRun, type BenchStores, onFreshDatabase } from "../subject/bench-stores"
import { backlog, fillInbox, NO_LIMIT, usedMemory } from "../subject/inbox"
import type { Plan } from "./plan"

const IDLE_MB = { kind: "below", value: 100 } as const

/** How long an app must have been ready to count as idle. */
const SETTLE_MS = 3_000
const DRAIN_DEADLINE_MS = 60_000
const VIEWERS = 200

export const MEMORY_LEGEND = {
  voter: { name: "Redis, a voter", unit: "bytes" },
  pending: { name: "Redis, a pending ballot", unit: "bytes" },
  voteIdle: { name: "vote, idle", unit: "MB", bound: IDLE_MB },
  workerIdle: { name: "worker, idle", unit: "MB", bound: IDLE_MB },
  resultIdle: { name: "result, idle", unit: "MB", bound: IDLE_MB },
  voteLoaded: { name: "vote, after load", unit: "MB" },
  workerLoaded: { name: "worker, after load", unit: "MB" },
  resultLoaded: { name: "result, after load", unit: "MB" },
} satisfies Legend<string>

export async function benchMemory(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  const rounds = await measureRounds(plan.rounds, MEMORY_LEGEND, say, () =>
    onFreshDatabase(benchStores, (run) => memoryRound(run, plan)),
  )
  return {
    name: "memory",
    about: `${plan.memoryVoters} voters in Redis; resident memory ${SETTLE_MS / 1_000} s after each app was ready, and after ${plan.loadSeconds} s of wrk with ${VIEWERS} viewers`,
    figures: figures(MEMORY_LEGEND, rounds),
    checks: [],
  }
}

async function memoryRound(run: BenchRun, plan: Plan) {
  const { vote, worker, result } = await startAll(run, NO_LIMIT)
  const resident = () => [vote, worker, result].map(({ app }) => residentMb(app.pid))
  await Bun.sleep(SETTLE_MS)
  const [voteIdle = 0, workerIdle = 0, resultIdle = 0] = resident()

  const empty = await usedMemory(run.redis)
  worker.app.kill("SIGSTOP")
  await fillInbox(run.redis, plan.memoryVoters)
  const full = await usedMemory(run.redis)
  worker.app.kill("SIGCONT")
  await waitFor("everything to be counted", async () => (await backlog(run.redis)) === 0, DRAIN_DEADLINE_MS)
  const trimmed = await usedMemory(run.redis)

  await load(run, plan, vote.url, result.url)
  const [voteLoaded = 0, workerLoaded = 0, resultLoaded = 0] = resident()
  return {
    voter: (trimmed - empty) / plan.memoryVoters,
    pending: (full - trimmed) / plan.memoryVoters,
    ...{ voteIdle, workerIdle, resultIdle, voteLoaded, workerLoaded, resultLoaded },
  }
}

async function load(run: BenchRun, plan: Plan, voteUrl: string, resultUrl: string): Promise<void> {
  const file = join(run.dir, "sightings")
  const viewers = startProgram("viewers.ts", { url: resultUrl, viewers: VIEWERS, until: null, file })
  try {
    await viewers.ready
    await flood(voteUrl, plan.loadSeconds)
  } finally {
    await viewers.stop(0)
    await viewers.result.catch(() => {}) // it was told to end
  }
}

/** How fast one worker counts what waits in the inbox, beside COPY of the same rows. */

import { type Database, openDatabase } from "@tallyroom/lib/database"
import type { AppProcess } from "../../services/apps/start-apps"
import { cpuDuring } from "../../services/processes/cpu"
import { waitFor } from "../../services/wait"
import { CPU_OF_VOTES } from "../figures/cpu-of-votes"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import { alternating, type Block, figures, type Legend } from "../figures/rounds"
import { startReadyWorker } from "../subject/apps"
import { type BenchRun, type BenchStores, onFreshDatabase } from "../subject/bench-stores"
import { copyBallots } from "../subject/copy"
import { backlog, fillInbox, forgetVoters, type StoredBallot } from "../subject/inbox"
import { DEFAULT_SHARDS } from "../subject/poll"
import type { Plan } from "./plan"

/** Counting decides who voted already, adds up and keeps the books; COPY only writes. */
const COUNTED_TO_COPIED = { kind: "at least", value: 0.45 } as const

const LOOK_AGAIN_MS = 20
const DEADLINE_MS = 60_000

const LEGEND = {
  copied: { name: "COPY", unit: "rows/s", side: "limit" },
  counted: { name: "one worker", unit: "votes/s", side: "ours" },
  ratio: { name: "counted votes to copied rows", unit: "", bound: COUNTED_TO_COPIED, isOfRates: true },
  workerCpu: CPU_OF_VOTES.worker,
  postgresCpu: CPU_OF_VOTES.postgres,
  copyCpu: { name: "CPU of a million copied rows, Postgres", unit: "s" },
} satisfies Legend<string>

export function benchCount(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  return onFreshDatabase(benchStores, async (run) => {
    const worker = await startReadyWorker(run)
    const sql = openDatabase(run.stores.database.adminUrl, { name: "bench", connections: 2 })
    run.stores.defer(() => sql.end({ timeout: 1 }))
    const rounds = await measureRounds(plan.rounds, LEGEND, say, (i) =>
      countRound({ run, sql, worker, plan, i }),
    )
    return {
      name: "count",
      about: `${plan.countBallots} ballots of new voters wait in ${DEFAULT_SHARDS} shards when the worker begins`,
      figures: figures(LEGEND, rounds),
      checks: [],
    }
  })
}

type CountRound = { run: BenchRun; sql: Database; worker: AppProcess; plan: Plan; i: number }

async function countRound({ run, sql, worker, plan, i }: CountRound) {
  await forgetVotes(run, sql)
  worker.app.kill("SIGSTOP")
  const ballots = await fillInbox(run.redis, plan.countBallots)
  const [counted, copied] = await alternating(
    i,
    () => countAll(run, sql, worker, ballots.length),
    () => copyAll(run, sql, ballots),
  )
  return {
    ...{ copied: copied.rate, counted: counted.rate, ratio: counted.rate / copied.rate },
    ...{ workerCpu: counted.workerCpu, postgresCpu: counted.postgresCpu, copyCpu: copied.postgresCpu },
  }
}

/**
 * Lets the worker, which is stopped, count the ballots that wait, and looks how long that takes.
 * @param total how many wait
 * @param before how many the books have already
 */
export async function countAll(run: BenchRun, sql: Database, worker: AppProcess, total: number, before = 0) {
  await sql`CHECKPOINT`
  return countWaiting(run, sql, worker, total, before)
}

/** The same without the checkpoint. */
export async function countWaiting(
  { postgresPid }: BenchRun,
  sql: Database,
  { app }: AppProcess,
  total: number,
  before: number,
) {
  const pids = { worker: app.pid, postgres: postgresPid }
  const { result: seconds, cpu } = await cpuDuring(pids, async () => {
    const start = performance.now()
    app.kill("SIGCONT")
    await untilCounted(sql, before + total)
    return (performance.now() - start) / 1_000
  })
  const million = 1e6 / total
  return {
    rate: total / seconds,
    workerCpu: cpu.worker * million,
    postgresCpu: cpu.postgres * million,
  }
}

async function copyAll({ postgresPid }: BenchRun, sql: Database, ballots: StoredBallot[]) {
  await sql`CHECKPOINT`
  const copying = () => copyBallots(sql, ballots)
  const { result: seconds, cpu } = await cpuDuring({ postgres: postgresPid }, copying)
  return { rate: ballots.length / seconds, postgresCpu: (cpu.postgres * 1e6) / ballots.length }
}

/** @param total how many ballots the books must have */
export async function untilCounted(sql: Database, total: number): Promise<void> {
  const end = performance.now() + DEADLINE_MS
  for (;;) {
    const [row] = await sql`SELECT COALESCE(sum(counted), 0)::integer AS counted FROM books`
    if (row?.counted === total) return
    if (performance.now() > end) throw new Error(`only ${row?.counted} of ${total} ballots were counted`)
    await Bun.sleep(LOOK_AGAIN_MS)
  }
}

/** Every round begins with empty tables, as the first one does. Meanwhile the worker waits for ballots. */
export async function forgetVotes({ redis }: BenchRun, sql: Database, poll?: string): Promise<void> {
  await waitFor("the inbox to be trimmed", async () => (await backlog(redis)) === 0, DEADLINE_MS)
  await waitFor("the tables to be emptied", () => emptied(sql), DEADLINE_MS)
  await forgetVoters(redis, poll)
}

/** SQLSTATE deadlock_detected: the worker wrote into one of these tables at the same moment. */
const DEADLOCK = "40P01"

/** @returns false where it has to be tried anew */
async function emptied(sql: Database): Promise<boolean> {
  return sql`TRUNCATE votes, tallies, marks, timeline, books`.then(
    () => true,
    (error) => {
      if (error.code === DEADLOCK) return false
      throw error
    },
  )
}

/** What a ballot costs Postgres by how many of them one transaction counts. */

import { openDatabase } from "@tallyroom/lib/database"
import { cpuDuring } from "../../services/processes/cpu"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import { type Block, figures, type Legend, takingTurns } from "../figures/rounds"
import { type BenchRun, type BenchStores, onFreshDatabase } from "../subject/bench-stores"
import { commitSideBySide, openCommits, openCommitting } from "../subject/committing"
import type { Plan } from "./plan"

const SIZES = { ten: 10, hundred: 100, thousand: 1_000, full: 5_000 } as const
type Size = keyof typeof SIZES
const NAMES = Object.keys(SIZES) as Size[]

/** A batch of a hundred is what a shard has at 4,000 votes a second; each commit costs something, whatever is in it. */
const HUNDRED_TO_FULL = { kind: "at most", value: 3.5 } as const

/** So many commits at least, and at most. */
const FEW = 10
const MANY = 400

const LEGEND = {
  ten: { name: "CPU of a million ballots by 10, Postgres", unit: "s" },
  hundred: { name: "the same by 100", unit: "s" },
  thousand: { name: "the same by 1,000", unit: "s" },
  full: { name: "the same by 5,000", unit: "s" },
  ratio: { name: "CPU of a ballot by 100 to one by 5,000", unit: "", bound: HUNDRED_TO_FULL },
} satisfies Legend<string>

export function benchBatches(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  return onFreshDatabase(benchStores, async (run) => {
    const sql = openDatabase(run.stores.database.adminUrl, { name: "bench", connections: 1 })
    run.stores.defer(() => sql.end({ timeout: 1 }))
    const committing = await openCommitting(run, sql, 1)
    const commits = await openCommits(committing, 1)
    const cpuOf = async (size: Size) => {
      const ballots = SIZES[size]
      const batches = Math.min(MANY, Math.max(FEW, Math.round(plan.batchBallots / ballots)))
      await sql`CHECKPOINT`
      const commit = () => commitSideBySide(committing, commits, { shards: 1, ballots, batches })
      return ((await cpuOfPostgres(run, commit)) * 1e6) / (ballots * batches)
    }
    const rounds = await measureRounds(plan.rounds, LEGEND, say, async (i) => {
      const cpu = await takingTurns(i, NAMES, cpuOf)
      return { ...cpu, ratio: cpu.hundred / cpu.full }
    })
    return {
      name: "batches",
      about: "one connection commits batches of new voters' ballots, one after the other",
      figures: figures(LEGEND, rounds),
      checks: [],
    }
  })
}

/** @returns in seconds, with all backends */
async function cpuOfPostgres({ postgresPid }: BenchRun, work: () => Promise<void>): Promise<number> {
  const { cpu } = await cpuDuring({ postgres: postgresPid }, work)
  return cpu.postgres
}

/** What it costs to tell of each batch within its transaction, which makes those that tell commit one after the other. */

import { ACCEPTED_CHANNEL, CHANNELS, type Database, openDatabase } from "@tallyroom/lib/database"
import postgres from "postgres"
import { cpuDuring } from "../../services/processes/cpu"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import { alternating, type Block, figures, type Legend } from "../figures/rounds"
import { type BenchRun, type BenchStores, onFreshDatabase } from "../subject/bench-stores"
import { type Committing, commitSideBySide, openCommits, openCommitting } from "../subject/committing"
import type { Plan } from "./plan"

const SHARDS = [1, 4, 8, 16] as const
const MOST_SHARDS = 16
const BALLOTS = 100
/** As a worker and a result process. */
const LISTENERS = 2
/** Holds a function that is found before Postgres's own, and tells nobody. */
const SILENT_SCHEMA = "silent"

type Names = `${"told" | "rate" | "cpu"}${(typeof SHARDS)[number]}`

const LEGEND = Object.fromEntries(
  SHARDS.flatMap((shards) => {
    const name = shards === 1 ? "1 shard" : `${shards} shards`
    return [
      [`told${shards}`, { name: `${name}, telling`, unit: "commits/s" }],
      [`rate${shards}`, { name: `${name}, commits that tell to silent ones`, unit: "" }],
      [`cpu${shards}`, { name: `${name}, CPU of Postgres, likewise`, unit: "" }],
    ]
  }),
) as Legend<Names>

export function benchNotify(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  return onFreshDatabase(benchStores, async (run) => {
    const sql = openDatabase(run.stores.database.adminUrl, { name: "bench", connections: 1 })
    run.stores.defer(() => sql.end({ timeout: 1 }))
    const committing = await openCommitting(run, sql, MOST_SHARDS)
    await makeSilentSchema(sql)
    await listen(run)
    const telling = await openCommits(committing, MOST_SHARDS)
    const silent = await openCommits(committing, MOST_SHARDS, `${SILENT_SCHEMA},public,pg_catalog`)
    const rounds = await measureRounds(plan.rounds, LEGEND, say, async (i) => {
      const told: Partial<Record<Names, number>> = {}
      for (const shards of SHARDS)
        Object.assign(told, await compare(i, shards, { sql, committing, telling, silent, plan }))
      return told as Record<Names, number>
    })
    return {
      name: "notify",
      about: `so many shards commit batches of ${BALLOTS} ballots at once, while ${LISTENERS} connections listen; telling by pg_notify in the transaction, and without it`,
      figures: figures(LEGEND, rounds),
      checks: [],
    }
  })
}

async function makeSilentSchema(sql: Database): Promise<void> {
  await sql`CREATE SCHEMA ${sql(SILENT_SCHEMA)}`
  await sql`GRANT USAGE ON SCHEMA ${sql(SILENT_SCHEMA)} TO PUBLIC`
  await sql`
    CREATE FUNCTION ${sql(SILENT_SCHEMA)}.pg_notify(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1'`
}

async function listen({ stores }: BenchRun): Promise<void> {
  for (let i = 0; i < LISTENERS; i++) {
    const listener = postgres(stores.database.workerUrl, { max: 1, onnotice: () => {} })
    stores.defer(() => listener.end({ timeout: 1 }))
    for (const channel of [CHANNELS.tally, ACCEPTED_CHANNEL]) await listener.listen(channel, () => {})
  }
}

type Sides = { sql: Database; committing: Committing; telling: Database; silent: Database; plan: Plan }

async function compare(
  round: number,
  shards: number,
  { sql, committing, telling, silent, plan }: Sides,
): Promise<Partial<Record<Names, number>>> {
  const batches = Math.ceil(plan.notifyCommits / shards)
  const measure = async (commits: Database) => {
    await sql`CHECKPOINT`
    const start = performance.now()
    const { cpu } = await cpuDuring({ postgres: committing.run.postgresPid }, () =>
      commitSideBySide(committing, commits, { shards, ballots: BALLOTS, batches }),
    )
    const seconds = (performance.now() - start) / 1_000
    return { rate: (batches * shards) / seconds, cpu: cpu.postgres }
  }
  const [told, untold] = await alternating(
    round,
    () => measure(telling),
    () => measure(silent),
  )
  return {
    [`told${shards}`]: told.rate,
    [`rate${shards}`]: told.rate / untold.rate,
    [`cpu${shards}`]: told.cpu / untold.cpu,
  }
}

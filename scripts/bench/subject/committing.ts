/** Commits batches of new voters' ballots, one after the other, as the shards of a worker do, without a worker and an inbox around it. */

import { type Position, START } from "@tallyroom/lib/ballots/ballot"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { pollColumns, readPollRow } from "@tallyroom/lib/polls/rows"
import { makeBatch } from "../../../apps/worker/counting/batch"
import { commitBatch } from "../../../apps/worker/counting/commit"
import { startReadyWorker } from "./apps"
import type { BenchRun } from "./bench-stores"
import { newVoter } from "./inbox"

const STOP_GRACE_MS = 5_000
const ANSWER_MS = 30_000
const LEASE_SECONDS = 60
const EPOCH = 1
/** By so many batches each connection has its plan. */
const WARM_UP_BATCHES = 8

export type Committing = { run: BenchRun; poll: Poll; worker: string; positions: Position[] }

/** Prepares the database of a run with so many shards, whose leases all are ours. */
export async function openCommitting(run: BenchRun, sql: Database, shards: number): Promise<Committing> {
  const preparing = await startReadyWorker(run, { INBOX_SHARDS: String(shards) })
  await preparing.app.stop(STOP_GRACE_MS)
  const worker = crypto.randomUUID()
  await sql`UPDATE shards SET holder = ${worker}, epoch = ${EPOCH}, ms = ${START.ms}, seq = ${START.seq}`
  const [row] = await sql`SELECT ${pollColumns(sql)} FROM polls`
  const poll = readPollRow(row)
  if (!poll) throw new Error("a first start made no poll")
  return { run, poll, worker, positions: Array.from({ length: shards }, () => START) }
}

/**
 * Connections as a worker's for batches, one for each shard.
 * @param searchPath schemas in which names are looked for, those of Postgres itself too; without it as the role has it
 */
export async function openCommits(
  committing: Committing,
  shards: number,
  searchPath?: string,
): Promise<Database> {
  const { database, defer } = committing.run.stores
  const url = new URL(database.workerUrl)
  if (searchPath !== undefined) url.searchParams.set("search_path", searchPath)
  const commits = openDatabase(url.href, {
    ...{ name: "bench-commits", connections: shards, answerMs: ANSWER_MS, isPlannedOnce: true },
  })
  defer(() => commits.end({ timeout: 1 }))
  await commitSideBySide(committing, commits, { shards, ballots: 1, batches: WARM_UP_BATCHES })
  return commits
}

/** Has each of so many shards commit so many batches, all shards at once. */
export async function commitSideBySide(
  committing: Committing,
  commits: Database,
  { shards, ballots, batches }: { shards: number; ballots: number; batches: number },
): Promise<void> {
  await Promise.all(
    Array.from({ length: shards }, async (_, shard) => {
      for (let i = 0; i < batches; i++) await commitOne(committing, commits, shard, ballots)
    }),
  )
}

async function commitOne(
  { poll, worker, positions }: Committing,
  commits: Database,
  shard: number,
  ballots: number,
) {
  const from = positions[shard] ?? START
  const ms = Math.max(Date.now(), from.ms + 1)
  const entries = Array.from({ length: ballots }, (_, seq) => ({
    ...{ position: { ms, seq }, raw: "" },
    ballot: { poll: poll.number, voter: newVoter(), option: seq % 2 === 0 ? "a" : "b" },
  }))
  const batch = makeBatch(from, entries, () => poll)
  const accepted = new Map([[poll.number, ballots]])
  const lease = { worker, epoch: EPOCH, leaseSeconds: LEASE_SECONDS }
  const { moved, written } = await commitBatch(commits, { shard, batch, ...lease, accepted })
  if (!moved || written !== ballots)
    throw new Error(`of a batch of ${ballots} ballots ${written} were counted`)
  positions[shard] = batch.to
}

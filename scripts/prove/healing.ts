/** After the last fault: the system gets time to heal, and is then asked what became of everything. */

import { join } from "node:path"
import postgres from "postgres"
import { z } from "zod"
import { crowd } from "../services/apps/voters"
import { CHECKOUT } from "../services/checkout"
import { outputOf } from "../services/processes/output-of"
import { waitFor } from "../services/wait"
import { countedSchema, countsIn, outcomeSchema } from "./crowd/counted"
import type { Told } from "./record/record"
import type { Recorder } from "./record/recorder"
import { atServers } from "./system/postgres"
import type { System } from "./system/system"

/** Longer than any deadline, pause and lease of the apps together. */
const HEAL_MS = 120_000
const AUDIT_S = 60
const ASKED_AT_ONCE = 32
const SERVICE_UNAVAILABLE = 503

const booksSchema = z.object({
  polls: z.array(
    z.object({
      poll: z.string(),
      ...{ accepted: z.number(), counted: z.number(), replaced: z.number(), late: z.number() },
      ...{ pending: z.number(), lost: z.number(), lostAtLeast: z.boolean() },
      faults: z.array(z.string()),
    }),
  ),
})

/** @throws where an app is not ready in time */
export async function untilReady({ vote, worker, result }: System): Promise<void> {
  await Promise.all([...vote, ...worker, ...result].map(({ member }) => member.ready(HEAL_MS)))
}

/** @throws where one of these polls, which were closed, does not become final in time; a deleted one is not waited for */
export async function untilFinal({ urls }: System, polls: readonly string[]): Promise<void> {
  const sql = postgres(urls.database.adminUrl, { max: 1, onnotice: () => {} })
  try {
    const open = async () =>
      sql`SELECT id FROM polls WHERE id IN ${sql(polls)} AND state <> 'final' AND deleting_at IS NULL`
    await waitFor("every closed poll to become final", async () => (await open()).length === 0, HEAL_MS)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** Runs `bun run audit`, and writes down what it says of each poll. */
export async function audit({ urls, postgres: { servers } }: System, recorder: Recorder): Promise<void> {
  const command = [process.execPath, join(CHECKOUT, "scripts/data/audit.ts")]
  const child = Bun.spawn([...command, "--json", "--wait", "--timeout", String(AUDIT_S)], {
    env: {
      PATH: process.env.PATH ?? "",
      REDIS_URL: urls.redis.workerUrl,
      DATABASE_URL: atServers(
        urls.database.workerUrl,
        servers.map(({ port }) => `127.0.0.1:${port}`),
      ),
      INBOX_URL: urls.inbox,
    },
    stdout: "pipe",
    stderr: "pipe",
  })
  const { code, out, err } = await outputOf(child)
  const books = code === 2 ? undefined : booksSchema.safeParse(JSON.parse(out)).data
  if (!books) throw new Error(`the audit ended with code ${code}: ${err}${out}`)
  for (const poll of books.polls) recorder.write({ kind: "audited", ...poll })
}

const told = z.record(z.string(), z.unknown())
const resultsSchema = countedSchema.extend({ state: z.string(), outcome: told.nullable().default(null) })

/** Asks every result app for the results of those of these polls that are final, and writes down what is said. */
export async function askResults(
  { urls, result }: System,
  polls: readonly string[],
  recorder: Recorder,
): Promise<void> {
  const final = await finalPolls(urls.database.adminUrl, polls)
  await crowd(final.length * result.length, ASKED_AT_ONCE, async (i) => {
    const [poll = "", replica] = [final[Math.floor(i / result.length)], i % result.length]
    const url = `${result[replica]?.url}/api/polls/${poll}`
    const results = await resultsAt(`${url}/results`)
    // What whole ballots decide is not among the results: rankings, and ratings by STAR.
    const isElsewhere = results.ballot?.method === "rank" || results.ballot?.method === "rate"
    const outcome = results.outcome ?? (isElsewhere ? await outcomeAt(`${url}/outcome`) : null)
    recorder.write({ kind: "results", poll, replica: replica + 1, ...countsIn(results), outcome })
  })
}

async function finalPolls(databaseUrl: string, polls: readonly string[]): Promise<string[]> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  try {
    const rows = await sql`
      SELECT id FROM polls WHERE id IN ${sql(polls)} AND state = 'final' AND deleting_at IS NULL`
    return rows.map(({ id }) => String(id))
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** A replica may learn a moment later that the poll is final. */
async function resultsAt(url: string): Promise<z.infer<typeof resultsSchema>> {
  return waitFor(
    "the results of a final poll",
    async () => {
      const answer = await fetch(url, { signal: AbortSignal.timeout(HEAL_MS) })
      const results = resultsSchema.safeParse(await answer.json()).data
      return results?.state === "final" && results
    },
    HEAL_MS,
  )
}

/** A worker decides a poll once it is final. */
async function outcomeAt(url: string): Promise<Told> {
  return waitFor(
    "the outcome of a final poll",
    async () => {
      const answer = await fetch(url, { signal: AbortSignal.timeout(HEAL_MS) })
      const decided = outcomeSchema.safeParse(await answer.json()).data
      return decided?.final && decided.outcome
    },
    HEAL_MS,
  )
}

/** Asks what became of each of these receipts, and writes down what is said. */
export async function askReceipts(
  { result }: System,
  receipts: readonly { poll: string; receipt: string }[],
  recorder: Recorder,
): Promise<void> {
  await crowd(receipts.length, ASKED_AT_ONCE, async (i) => {
    const { poll = "", receipt = "" } = receipts[i] ?? {}
    const url = `${result[i % result.length]?.url}/api/polls/${poll}/receipts/${receipt}`
    recorder.write({ kind: "receipt", poll, receipt, status: await statusAt(url) })
  })
}

/** @returns what became of the ballot, or the status of an answer that says nothing of that */
async function statusAt(url: string): Promise<string> {
  return waitFor(
    "an answer about a receipt",
    async () => {
      const answer = await fetch(url, { signal: AbortSignal.timeout(HEAL_MS) })
      const { status } = (await answer.json()) as { status?: unknown }
      if (answer.status === SERVICE_UNAVAILABLE) return undefined
      return typeof status === "string" ? status : String(answer.status)
    },
    HEAL_MS,
  )
}

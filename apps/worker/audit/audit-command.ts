/** The audit as a command, in a checkout (`bun run audit`) and in the worker's image (`worker audit`). */

import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import { type Database, isDatabaseAway, openDatabase } from "@tallyroom/lib/database"
import { reasonText, type StoreName } from "@tallyroom/lib/health"
import type { Access } from "@tallyroom/lib/inbox/access"
import { INBOX_STORES, openBrokerAdmin } from "@tallyroom/lib/inbox/brokers"
import { InboxAway } from "@tallyroom/lib/inbox/contract"
import { retainedSince } from "@tallyroom/lib/inbox/redis/retained"
import { openShards, type RedisShards } from "@tallyroom/lib/inbox/redis/shards"
import type { BrokerAdmin } from "@tallyroom/lib/inbox/stream/contract"
import { assertFit } from "@tallyroom/lib/postgres/fitness"
import { AUDIT_RIGHTS, explainRefusal } from "@tallyroom/lib/postgres/rights"
import { appliedMigrations, versionProblem } from "@tallyroom/lib/postgres/schema"
import { withRemedy } from "@tallyroom/lib/remedies"
import { auditPolls, type PollBooks } from "./audit"
import { report } from "./audit-report"

const USAGE = `[--wait] [--timeout SECONDS] [--poll ID] [--json]

Prints, for each poll, what became of every ballot that was accepted:
  accepted = counted + replaced + late + set aside + pending + lost
and a recount of all votes beside the tally. "≥" before what was lost says that an inbox went away together with its counters: it
may have accepted more than a worker had seen. Exits with 1 when the books don't balance, with 2 when a store can't be read.

  --wait              wait until nothing is pending (and the books balance), and for a store that is coming back
  --timeout SECONDS   how long to wait at most (60)
  --poll ID           this poll alone
  --json              the same as JSON
  --help              show this
`

/** How long a connection may take without `--wait`. */
const INBOX_MS = 5_000
const AGAIN_MS = 100
/** The error of a command when Redis went away meanwhile, or is only starting again. */
const REDIS_AWAY = /^(there is no connection to Redis|Command timed out|LOADING)/
/** Redis's answer to a password that it does not know: no waiting mends that. */
const REFUSED = /WRONGPASS|NOAUTH|NOPERM/

/** `inboxUrl` names the broker that holds the ballots, where that is not Redis. */
interface Stores {
  readonly redisUrl: string | Access
  readonly databaseUrl: string
  readonly inboxUrl?: string | Access
}

export interface AuditPlan {
  /** How this command is called, and where it finds the stores. */
  readonly call: string
  readonly where: string
  stores(): Stores
}

/** What `--help` prints. */
export function auditUsage({ call, where }: AuditPlan): string {
  return `Usage: ${call} ${USAGE}\n${where}`
}

/** Runs the audit that the command line asks for. @returns the exit code: 0 balanced, 1 not, 2 a store could not be read */
export async function runAudit(plan: AuditPlan, args: string[]): Promise<number> {
  try {
    const options = readOptions(args)
    if (!options.help) return await auditStores(plan.stores(), options)
    console.log(auditUsage(plan))
    return 0
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    return 2
  }
}

type Options = ReturnType<typeof readOptions>

function readOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      wait: { type: "boolean", default: false },
      timeout: { type: "string", default: "60" },
      poll: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  })
  const timeoutS = Number(values.timeout)
  if (!(timeoutS >= 0)) throw new Error(`--timeout takes seconds, not ${JSON.stringify(values.timeout)}.`)
  return { ...values, timeoutS }
}

async function auditStores(stores: Stores, { wait, timeoutS, poll, json }: Options): Promise<number> {
  const sql = openDatabase(stores.databaseUrl, { name: "audit", connections: 1 })
  const patienceMs = wait ? timeoutS * 1_000 : 0
  const { inbox, connected, reach, close } = openInbox(stores, Math.max(INBOX_MS, patienceMs))
  try {
    const end = performance.now() + patienceMs
    await connected
    await reach(await shardsIn(sql))
    let books = await readBooksUntil(end, sql, inbox, poll)
    while (performance.now() < end && books.some((it) => it.pending > 0 || it.faults.length > 0)) {
      await sleep(AGAIN_MS)
      books = await readBooksUntil(end, sql, inbox, poll)
    }
    const code = report(books, json, await retainedSinceOf(sql, inbox))
    const pending = books.reduce((sum, it) => sum + it.pending, 0)
    if (!wait || pending === 0) return code
    console.error(`${pending} ballots are still pending after ${timeoutS} s.`)
    return 1
  } finally {
    await close()
    await sql.end({ timeout: 1 })
  }
}

/**
 * Tries again while a store is away.
 * @param end when to give up (by `performance.now()`)
 * @throws {Error} that names the store, when it is still away
 */
async function readBooksUntil(end: number, ...where: Parameters<typeof readBooks>): Promise<PollBooks[]> {
  for (;;) {
    try {
      return await readBooks(...where)
    } catch (error) {
      const away = storeAway(error)
      if (away === null) throw await explainRefusal(where[0], error, AUDIT_RIGHTS)
      if (performance.now() > end) throw new Error(away, { cause: error })
      await sleep(AGAIN_MS)
    }
  }
}

/** Which store is away and why, in a sentence; null for an error that no waiting mends. */
function storeAway(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  if (error instanceof InboxAway) return `The inbox can't be read: ${error.message}.`
  if (REDIS_AWAY.test(error.message))
    return `Redis can't be reached: ${error.message.replace("there is no connection to Redis: ", "")}`
  return isDatabaseAway(error)
    ? `Postgres can't be reached: ${withRemedy("Postgres", reasonText(error))}.`
    : null
}

/** None where Postgres does not say it: reading the books says why. */
async function shardsIn(sql: Database): Promise<number[]> {
  const rows = await sql`SELECT shard FROM shards`.catch(() => [])
  return rows.map(({ shard }) => Number(shard))
}

/** Since when less is retained than should be, over all shards; null while all is, or where a broker holds the ballots. */
async function retainedSinceOf(sql: Database, inbox: RedisShards | BrokerAdmin): Promise<Date | null> {
  if ("reader" in inbox) return null
  const shards = await sql`SELECT shard FROM shards`
  const moments = await Promise.all(shards.map(({ shard }) => retainedSince(inbox.of(shard), Number(shard))))
  const latest = Math.max(...moments.map((ms) => ms ?? 0))
  return latest > 0 ? new Date(latest) : null
}

async function readBooks(
  sql: Database,
  inbox: RedisShards | BrokerAdmin,
  poll: string | undefined,
): Promise<PollBooks[]> {
  await assertFit(sql)
  const problem = versionProblem(await appliedMigrations(sql))
  if (problem !== null) throw new Error(problem)
  const found = await auditPolls(sql, inbox, poll)
  if (poll !== undefined && found.length === 0) throw new Error(`There is no poll ${JSON.stringify(poll)}.`)
  return found
}

interface Inbox {
  readonly inbox: RedisShards | BrokerAdmin
  readonly connected: Promise<void>
  /** Settles once these shards can be read: in a cluster they are in several places. */
  reach(shards: readonly number[]): Promise<void>
  close(): Promise<void>
}

/** @param patienceMs how long `connected` waits before it rejects because the inbox can't be reached */
function openInbox({ redisUrl, inboxUrl = "" }: Stores, patienceMs: number): Inbox {
  let last = "it does not answer"
  const onError = (error: Error) => {
    last = reasonText(error)
  }
  const until = async (isThere: () => boolean, what: string, store: StoreName) => {
    for (const end = performance.now() + patienceMs; !isThere(); await sleep(AGAIN_MS)) {
      const isLate = performance.now() > end || REFUSED.test(last)
      if (isLate) throw new Error(`${what} can't be reached: ${withRemedy(store, last)}.`)
    }
  }
  const broker = openBrokerAdmin(inboxUrl, 1, { onError })
  if (broker) {
    const connected = until(() => broker.problem() === null, "The inbox", INBOX_STORES[broker.kind])
    return { inbox: broker, connected, reach: async () => {}, close: () => broker.close() }
  }
  const redis = openShards(redisUrl, { onError })
  const isThere = () => until(() => redis.isWhole(), "Redis", "Redis")
  const reach = (shards: readonly number[]) => {
    for (const shard of shards) redis.of(shard)
    return isThere()
  }
  return { inbox: redis, connected: isThere(), reach, close: async () => redis.disconnect() }
}

/** The audit as a command, in a checkout (`bun run audit`) and in the worker's image (`worker audit`). */

import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import type { Redis } from "ioredis"
import { audit, type PollBooks } from "./audit"
import { report } from "./audit-report"
import { type Database, openDatabase } from "./database"
import { openRedis } from "./inbox/redis-client"

const USAGE = `[--wait] [--timeout SECONDS] [--poll ID] [--json]

Prints, for each poll, what became of every ballot that was accepted:
  accepted = counted + replaced + late + set aside + pending + lost
and a recount of all votes beside the tally. Exits with 1 when the books don't balance, with 2 when it can't look.

  --wait              wait until nothing is pending (and the books balance)
  --timeout SECONDS   how long to wait at most (60)
  --poll ID           this poll alone
  --json              the same as JSON
`

const REDIS_MS = 2_000
const LOOK_MS = 100

export interface AuditPlan {
  /** How this command is called, and where it finds the stores. */
  readonly call: string
  readonly where: string
  stores(): { redisUrl: string; databaseUrl: string }
}

/** Runs the audit that the words ask for. @returns the exit code: 0 balanced, 1 not, 2 it could not look */
export async function runAudit(plan: AuditPlan, words: string[]): Promise<number> {
  try {
    const options = readOptions(words)
    if (!options.help) return await auditStores(plan.stores(), options)
    console.log(`Usage: ${plan.call} ${USAGE}\n${plan.where}`)
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

async function auditStores(
  { redisUrl, databaseUrl }: { redisUrl: string; databaseUrl: string },
  { wait, timeoutS, poll, json }: Options,
): Promise<number> {
  const sql = openDatabase(databaseUrl, { name: "audit", connections: 1 })
  const redis = openRedis(redisUrl, () => {})
  try {
    await untilConnected(redis)
    let books = await look(sql, redis, poll)
    const end = Date.now() + timeoutS * 1_000
    while (wait && Date.now() < end && books.some((it) => it.pending > 0 || it.faults.length > 0)) {
      await sleep(LOOK_MS)
      books = await look(sql, redis, poll)
    }
    const code = report(books, json)
    const pending = books.reduce((sum, it) => sum + it.pending, 0)
    if (!wait || pending === 0) return code
    console.error(`${pending} ballots are still pending after ${timeoutS} s.`)
    return 1
  } finally {
    redis.disconnect()
    await sql.end({ timeout: 1 })
  }
}

async function look(sql: Database, redis: Redis, poll: string | undefined): Promise<PollBooks[]> {
  const all = await audit(sql, redis)
  const found = poll === undefined ? all : all.filter((books) => books.poll === poll)
  if (poll !== undefined && found.length === 0) throw new Error(`There is no poll ${JSON.stringify(poll)}.`)
  return found
}

function untilConnected(redis: Redis): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let last = "it does not answer"
  redis.once("ready", resolve)
  redis.on("error", (error) => {
    last = error.message
  })
  const timer = setTimeout(() => reject(new Error(`Redis can't be reached: ${last}.`)), REDIS_MS)
  return promise.finally(() => clearTimeout(timer))
}

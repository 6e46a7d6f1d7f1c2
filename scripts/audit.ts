/** `bun run audit`: proves from both stores that every accepted ballot is accounted for. */

import { parseArgs } from "node:util"
import { audit, type PollBooks } from "@tallyroom/lib/audit"
import { openDatabase } from "@tallyroom/lib/database"
import { openRedis } from "@tallyroom/lib/inbox/redis-client"
import { findStores } from "./services/running"
import { Trouble } from "./services/trouble"
import { waitFor } from "./services/wait"

const HELP = `Usage: bun run audit [--wait] [--timeout SECONDS] [--poll ID] [--json]

Prints, for each poll, what became of every ballot that was accepted:
  accepted = counted + replaced + late + set aside + pending + lost
and a recount of all votes beside the tally. Exits with 1 when the books don't balance, with 2 when it can't look.

  --wait              wait until nothing is pending (and the books balance)
  --timeout SECONDS   how long to wait at most (60)
  --poll ID           this poll alone
  --json              the same as JSON

It finds a running demo by itself; otherwise set REDIS_URL and DATABASE_URL.`

const COLUMNS = [
  ["poll", "poll"],
  ["accepted", "accepted"],
  ["counted", "counted"],
  ["replaced", "replaced"],
  ["late", "late"],
  ["setAside", "set aside"],
  ["pending", "pending"],
  ["lost", "lost"],
  ["recount", "recount"],
  ["tally", "tally"],
] as const

function table(books: PollBooks[]): string {
  const rows = [
    COLUMNS.map(([, title]) => title as string),
    ...books.map((poll) => COLUMNS.map(([name]) => String(poll[name]))),
  ]
  const widths = COLUMNS.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  const line = (row: string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ")
  return rows.map(line).join("\n")
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      wait: { type: "boolean", default: false },
      timeout: { type: "string", default: "60" },
      poll: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  })
  const timeoutS = Number(values.timeout)
  if (!(timeoutS >= 0)) throw new Trouble(`--timeout takes seconds, not ${JSON.stringify(values.timeout)}.`)
  return { ...values, timeoutS }
}

async function main(): Promise<number> {
  const { wait, timeoutS, poll, json, help } = readOptions()
  if (help) {
    console.log(HELP)
    return 0
  }
  const stores = findStores()
  const sql = openDatabase(stores.databaseUrl, { name: "audit", connections: 1 })
  let redisError: Error | undefined
  const redis = openRedis(stores.redisUrl, (error) => {
    redisError = error
  })
  try {
    await waitFor("Redis", 2_000, () => redis.status === "ready").catch(() => {
      throw new Trouble(`Redis can't be reached: ${redisError?.message ?? "it does not answer"}.`)
    })
    const look = async () => {
      const all = await audit(sql, redis)
      const found = poll === undefined ? all : all.filter((books) => books.poll === poll)
      if (poll !== undefined && found.length === 0)
        throw new Trouble(`There is no poll ${JSON.stringify(poll)}.`)
      return found
    }
    let books = await look()
    const end = Date.now() + timeoutS * 1_000
    while (wait && Date.now() < end && books.some((poll) => poll.pending > 0 || poll.faults.length > 0)) {
      await Bun.sleep(100)
      books = await look()
    }
    const code = report(books, json)
    const pending = books.reduce((sum, poll) => sum + poll.pending, 0)
    if (!wait || pending === 0) return code
    console.error(`${pending} ballots are still pending after ${timeoutS} s.`)
    return 1
  } finally {
    redis.disconnect()
    await sql.end({ timeout: 1 })
  }
}

function verdict(books: PollBooks[], faults: string[]): string {
  if (faults.length > 0) return `The books don't balance.\n${faults.join("\n")}`
  const lost = books.reduce((sum, poll) => sum + poll.lost, 0)
  if (lost === 0) return "The books balance."
  return `The books balance, but ${lost} accepted ${lost === 1 ? "ballot was" : "ballots were"} lost with a wiped Redis.`
}

function report(books: PollBooks[], json: boolean): number {
  const faults = books.flatMap((poll) => poll.faults.map((fault) => `${poll.poll}: ${fault}`))
  if (json) console.log(JSON.stringify({ balanced: faults.length === 0, polls: books }, null, 2))
  else {
    console.log(table(books))
    console.log(verdict(books, faults))
  }
  return faults.length === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 2
}

import { existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { STATE_DIR } from "../checkout"
import { isAlive } from "../processes/process-table"
import { writePrivately } from "../secrets"
import { UserError } from "../terminal/user-error"
import type { ContractUrls } from "./contracts"

/** What a command needs to work on a demo that runs; kept in `.tallyroom/running.json` while it does. */
export interface RunningDemo {
  /** The demo's own process. */
  readonly pid: number
  readonly voteUrl: string
  readonly resultUrl: string
  /** As the worker: reads and writes the inbox. */
  readonly redisUrl: string
  /** Of the broker that holds the ballots, where Redis does not. */
  readonly inboxUrl?: string
  /** As the owner of the tables. */
  readonly databaseUrl: string
  readonly adminToken: string
  /** Only with `bun run demo --contracts`. */
  readonly contracts?: ContractUrls
  /** As administrator and superuser; only where the demo started the stores. */
  readonly adminRedisUrl?: string
  readonly adminDatabaseUrl?: string
}

const FILE = join(STATE_DIR, "running.json")

/** Tells other commands that a demo is ready. */
export function announceRunning(running: RunningDemo): void {
  writePrivately(FILE, `${JSON.stringify(running, null, 2)}\n`)
}

/** Removes the announcement, unless another demo has announced itself since. */
export function withdrawRunning(): void {
  if (existsSync(FILE) && JSON.parse(readFileSync(FILE, "utf8")).pid === process.pid) rmSync(FILE)
}

/** The demo (or `bun run dev`) that runs in this checkout, if one does. */
export function runningDemo(): RunningDemo | undefined {
  if (!existsSync(FILE)) return undefined
  const running: RunningDemo = JSON.parse(readFileSync(FILE, "utf8"))
  return isAlive(running.pid) ? running : undefined
}

/**
 * The stores' addresses: REDIS_URL and DATABASE_URL (and INBOX_URL where a broker holds the ballots), else those of the
 * running demo; a UserError if neither.
 */
export function findStores(env: Record<string, string | undefined> = process.env) {
  const running = runningDemo()
  const redisUrl = env.REDIS_URL || running?.redisUrl
  const databaseUrl = env.DATABASE_URL || running?.databaseUrl
  const isDemo = !env.REDIS_URL && !env.DATABASE_URL
  const inboxUrl = env.INBOX_URL || (isDemo && running?.inboxUrl) || ""
  if (redisUrl && databaseUrl) return { redisUrl, databaseUrl, inboxUrl }
  throw new UserError(
    "No running demo found. Start one with `bun run demo`, or set REDIS_URL and DATABASE_URL.",
  )
}

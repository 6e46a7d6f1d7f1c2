import { existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { STATE_DIR } from "../checkout"
import { inboxAccessOf, tlsFilesOf, withSecretsOfFiles } from "../given-settings"
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
  /** The settings of files for TLS to these two. */
  readonly tlsFiles?: Record<string, string>
  /** As the owner of the tables. */
  readonly databaseUrl: string
  readonly adminToken: string
  /** Only with `bun run demo --contracts`. */
  readonly contracts?: ContractUrls
  /** As administrator and superuser; only where the demo started the stores. */
  readonly adminRedisUrl?: string
  readonly adminDatabaseUrl?: string
  readonly backupDatabaseUrl?: string
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
 * How to come into the stores: by REDIS_URL and DATABASE_URL (and INBOX_URL where a broker holds the ballots), or the files
 * that they are in, with the files for TLS; else as the running demo does; a UserError if neither.
 */
export function findStores(env: Record<string, string | undefined> = process.env) {
  const running = runningDemo()
  const given = withSecretsOfFiles(env, ["REDIS_URL", "DATABASE_URL", "INBOX_URL"])
  const redisUrl = given.REDIS_URL || running?.redisUrl
  const databaseUrl = given.DATABASE_URL || running?.databaseUrl
  const isDemo = !given.REDIS_URL && !given.DATABASE_URL
  const inboxUrl = given.INBOX_URL || (isDemo && running?.inboxUrl) || ""
  if (redisUrl && databaseUrl) {
    const files = {
      ...tlsFilesOf("REDIS", given.REDIS_URL ? env : running?.tlsFiles),
      ...tlsFilesOf("INBOX", given.INBOX_URL || !isDemo ? env : running?.tlsFiles),
    }
    const { redis, inbox } = inboxAccessOf({ REDIS_URL: redisUrl, INBOX_URL: inboxUrl, ...files })
    return { redisUrl: redis, databaseUrl, inboxUrl: inbox }
  }
  throw new UserError(
    "No running demo found. Start one with `bun run demo`, or set REDIS_URL and DATABASE_URL.",
  )
}

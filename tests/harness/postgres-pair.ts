/** A primary of Postgres and a standby of it, with addresses that name both, and the apps that use them. */

import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import postgres from "postgres"
import { postgresWithTools } from "../../scripts/backup/drill/postgres-with-tools"
import {
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { castUntilAnswered, person } from "../../scripts/services/apps/voters"
import { freePort } from "../../scripts/services/processes/ports"
import { descendants, signal } from "../../scripts/services/processes/process-table"
import type { DatabaseUrls } from "../../scripts/services/stores/databases"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { type Postgres, startPostgres } from "../../scripts/services/stores/postgres"
import { startRedis } from "../../scripts/services/stores/redis"
import { type Standby, startStandby, waitForStandby } from "../../scripts/services/stores/standby"

export const POLL = "cats-vs-dogs"
/** Accepted, now or by an earlier try whose answer came too late. */
const TAKEN = new Set([201, 200])
const CASTS_AT_ONCE = 8
const PAUSE_MS = 60

export type Pair = {
  /** With addresses that name both servers, the one that is the primary at first before the other. */
  stores: OwnStores
  primary: Postgres & { readonly dir: string }
  standby: Standby
  close(): Promise<void>
}

/** @param isSynchronous whether the primary waits with each commit until the standby has it */
export async function openPair(isSynchronous: boolean): Promise<Pair> {
  const cleanUps: (() => unknown)[] = []
  const defer = (cleanUp: () => unknown) => void cleanUps.unshift(cleanUp)
  const close = async () => {
    for (const cleanUp of cleanUps.splice(0)) await cleanUp()
  }
  try {
    return { ...(await startPair(isSynchronous, defer)), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function startPair(isSynchronous: boolean, defer: OwnStores["defer"]): Promise<Omit<Pair, "close">> {
  const folder = mkdtempSync(join(tmpdir(), "tallyroom-pair-"))
  chmodSync(folder, 0o755)
  defer(() => rmSync(folder, { recursive: true, force: true }))
  const programs = await postgresWithTools()
  const dir = join(folder, "one")
  const primary = Object.assign(await startPostgres({ dir, programs }), { dir })
  defer(() => primary.kill9())
  const database = await primary.database("tallyroom")
  const standby = await startStandby({ dir: join(folder, "two"), primary, programs, port: await freePort() })
  defer(() => standby.kill9())
  if (isSynchronous) await waitForStandby(primary)
  const redis = await startRedis({ dir: join(folder, "redis") })
  defer(() => redis.stop())
  const stores = { redis, postgres: primary, database: ofBoth(database, [primary, standby]), defer }
  return { stores, primary, standby }
}

function ofBoth(urls: DatabaseUrls, servers: readonly Pick<Postgres, "port">[]): DatabaseUrls {
  const hosts = servers.map(({ port }) => `127.0.0.1:${port}`).join(",")
  const both = (url: string) => `${url.replace(/@[^/]+/, `@${hosts}`)}?target_session_attrs=read-write`
  return {
    adminUrl: both(urls.adminUrl),
    workerUrl: both(urls.workerUrl),
    resultUrl: both(urls.resultUrl),
    backupUrl: both(urls.backupUrl),
  }
}

/** Two workers, a vote and a result process, all ready. */
export async function startAppsOf({ stores }: Pair, settings: Record<string, string> = {}) {
  const workers = [await startWorkerProcess(stores, settings), await startWorkerProcess(stores, settings)]
  await Promise.all(workers.map(({ app }) => app.waitReady()))
  const [vote, result] = await Promise.all([startVoteProcess(stores), startResultProcess(stores)])
  return { workers, vote, result }
}

/** Somebody votes all the time, each with a vote of their own. @returns what ends that, and gives how many were accepted */
export function startFlood({ defer }: OwnStores, voteUrl: string): () => Promise<number> {
  const votes: Promise<{ status: number }>[] = []
  const timer = setInterval(() => {
    for (let i = 0; i < CASTS_AT_ONCE; i++)
      votes.push(
        castUntilAnswered([voteUrl], POLL, person(), i % 3 === 0 ? "b" : "a").catch(() => ({ status: 0 })),
      )
  }, PAUSE_MS)
  defer(() => clearInterval(timer))
  return async () => {
    clearInterval(timer)
    const answers = await Promise.all(votes)
    return answers.filter(({ status }) => TAKEN.has(status)).length
  }
}

/** What one server says, over a connection of its own, to a superuser. */
export async function askServer(
  { adminUrl }: Pick<Postgres, "adminUrl">,
  statement: string,
): Promise<Record<string, unknown>[]> {
  const sql = postgres(adminUrl, { max: 1, connect_timeout: 5, onnotice: () => {} })
  return sql.unsafe(statement).finally(() => sql.end({ timeout: 1 }))
}

/** The same in the database of Tallyroom. */
export function askTallyroom({ adminUrl }: Pick<Postgres, "adminUrl">, statement: string) {
  return askServer({ adminUrl: adminUrl.replace(/\/postgres$/, "/tallyroom") }, statement)
}

/** Stops a server with all of its processes where they are, or has them go on. */
export function signalAll({ pid }: Pick<Postgres, "pid">, name: "SIGSTOP" | "SIGCONT"): void {
  if (pid === undefined) throw new Error("this server does not run")
  for (const each of [pid, ...descendants(pid)]) signal(each, name)
}

/** The Postgres of a system: one server, or a primary and a standby that takes its place, and what their operator does. */

import { rmSync } from "node:fs"
import { join } from "node:path"
import postgres from "postgres"
import { postgresWithTools } from "../../backup/drill/postgres-with-tools"
import type { DatabaseUrls } from "../../services/stores/databases"
import { type Postgres, startPostgres } from "../../services/stores/postgres"
import type { PostgresPrograms } from "../../services/stores/postgres-programs"
import {
  copyPrimary,
  followFromNextStart,
  promote,
  startStandby,
  waitForStandby,
} from "../../services/stores/standby"
import { waitFor } from "../../services/wait"
import type { Places } from "./broker"
import { Store } from "./store"

const DATABASE = "tallyroom"
/** A standby that was started anew has less than that to catch up with. */
const CATCH_UP_MS = 30_000

type ProvenServer = { store: Store; port: number }

export type ProvenPostgres = {
  /** One, or two that take turns as the primary. */
  servers: readonly ProvenServer[]
  /** Where the primary of now is. */
  urls(): DatabaseUrls
  pair: PostgresPair | null
}

/** The address of one server with others in its place, of which whoever uses it finds the primary. */
export function atServers(url: string, hosts: readonly string[]): string {
  const named = url.replace(/@[^/]+/, `@${hosts.join(",")}`)
  return hosts.length === 1 ? named : `${named}?target_session_attrs=read-write`
}

export async function startPostgresOf(places: Places, failover: boolean): Promise<ProvenPostgres> {
  if (failover) return startPair(places)
  const { server, store } = await startServer(places, "postgres", (options) => startPostgres(options))
  const urls = await server.database(DATABASE)
  return { servers: [{ store, port: server.port }], urls: () => urls, pair: null }
}

async function startPair(places: Places): Promise<ProvenPostgres> {
  const programs = await postgresWithTools()
  const first = await startServer(places, "postgres 1", (options) => startPostgres({ ...options, programs }))
  const urls = await first.server.database(DATABASE)
  // The standby is a copy with this setting, so that it waits for one of its own once it is promoted.
  await waitForStandby(first.server)
  const primary = { ...first.server, dir: first.store.data }
  const second = await startServer(places, "postgres 2", (options) =>
    startStandby({ ...options, primary, programs }),
  )
  const pair = new PostgresPair([first, second], programs)
  const servers = [first, second].map(({ store, server: { port } }) => ({ store, port }))
  const atPrimary = (url: string) => atServers(url, [`127.0.0.1:${pair.primary.server.port}`])
  return {
    servers,
    pair,
    urls: () => ({
      adminUrl: atPrimary(urls.adminUrl),
      workerUrl: atPrimary(urls.workerUrl),
      resultUrl: atPrimary(urls.resultUrl),
      backupUrl: atPrimary(urls.backupUrl),
    }),
  }
}

type Side = { server: Postgres; store: Store }

async function startServer(
  { homeOf, logOf, crashed, say }: Places,
  name: string,
  start: (options: {
    dir: string
    logFile: string
    onCrash: ReturnType<Places["crashed"]>
  }) => Promise<Postgres>,
): Promise<Side> {
  const dir = join(homeOf(name), name.replace(" ", "-"))
  const server = await start({ dir, logFile: logOf(name), onCrash: crashed(() => store) })
  const store: Store = new Store(name, server, dir, say)
  return { server, store }
}

/** Two servers, each in a place and on a port of its own. The primary answers a commit once the standby has it on its disk. */
export class PostgresPair {
  private readonly sides: [primary: Side, standby: Side]

  constructor(
    sides: readonly [primary: Side, standby: Side],
    private readonly programs: PostgresPrograms,
  ) {
    this.sides = [...sides]
  }

  get primary(): Side {
    return this.sides[0]
  }

  get standby(): Side {
    return this.sides[1]
  }

  /**
   * Settles once the standby has on its disk all that the primary has. Before that nobody may promote it: a primary that was started
   * anew, or whose sessions were ended, shows commits that have not waited for the standby.
   */
  async untilSynchronous(): Promise<void> {
    const [row] = await ask(this.primary, "SELECT pg_current_wal_flush_lsn()::text AS lsn")
    const lsn = String(row?.lsn)
    await waitFor(
      "the standby to have all that the primary has",
      async () => {
        const rows = await ask(
          this.primary,
          `SELECT FROM pg_stat_replication WHERE sync_state = 'sync' AND flush_lsn >= '${lsn}'`,
        )
        return rows.length > 0
      },
      CATCH_UP_MS,
    )
  }

  /** Makes the standby the primary, and leaves the primary of before to whoever calls this. */
  async failOver(): Promise<void> {
    await promote(this.standby.server)
    this.sides.reverse()
  }

  /** Has the primary of before, which was shut down in order, follow the one of now on the data that it has. */
  async rejoin(): Promise<void> {
    followFromNextStart(this.standby.store.data, this.primary.server.adminUrl)
    await this.standby.store.start()
    await this.untilSynchronous()
  }

  /** Makes a new standby in the place of the primary of before, whatever that has become. */
  async replaceStandby(): Promise<void> {
    const { store } = this.standby
    await store.renew(async () => {
      rmSync(store.data, { recursive: true, force: true })
      await copyPrimary(store.data, this.primary.server.adminUrl, this.programs)
    })
    await this.untilSynchronous()
  }
}

async function ask({ server }: Side, statement: string): Promise<Record<string, unknown>[]> {
  const sql = postgres(server.adminUrl, { max: 1, connect_timeout: 5, onnotice: () => {} })
  return sql.unsafe(statement).finally(() => sql.end({ timeout: 1 }))
}

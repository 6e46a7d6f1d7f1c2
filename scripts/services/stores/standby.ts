/** Standbys of a Postgres by streaming replication, as people run them, and what becomes of one that is promoted. */

import { chownSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import postgres from "postgres"
import { freePort } from "../processes/ports"
import { startSupervised } from "../processes/supervised-process"
import { asUnprivilegedUser } from "../processes/unprivileged-user"
import { UserError } from "../terminal/user-error"
import {
  type Postgres,
  type PostgresOptions,
  passwordsBeside,
  type ServedPostgres,
  startPostgres,
} from "./postgres"
import type { PostgresPrograms } from "./postgres-programs"

export interface StandbyOptions extends Omit<PostgresOptions, "programs"> {
  /** Whom it follows. */
  readonly primary: ServedPostgres & Pick<Postgres, "adminUrl">
  /** Of the primary's version, with `pg_basebackup` beside them. */
  readonly programs: PostgresPrograms
}

export interface Standby extends Postgres {
  /** Ends its recovery: from here on it takes writes, on a timeline of its own. */
  promote(): Promise<void>
}

/** Promoting replays what was received and not applied yet. */
const PROMOTE_S = 30

/** Copies a running primary and starts a standby that follows it. It takes no writes and answers what is asked. */
export async function startStandby({ primary, ...options }: StandbyOptions): Promise<Standby> {
  const dir = resolve(options.dir)
  const port = options.port ?? (await freePort())
  await copyPrimary(dir, primary.adminUrl, options.programs)
  copyFileSync(passwordsBeside(resolve(primary.dir)), passwordsBeside(dir))
  const server = await startPostgres({ ...options, dir, port })
  return Object.assign(server, { promote: () => promote(server) })
}

/** Ends the recovery of a standby, as `Standby.promote` does. */
export function promote({ adminUrl }: Pick<Postgres, "adminUrl">): Promise<void> {
  return asked(adminUrl, `SELECT pg_promote(true, ${PROMOTE_S})`)
}

/** Has a primary that was shut down follow the standby that took its place, from its next start on. */
export function followFromNextStart(dir: string, primaryUrl: string): void {
  const settings = join(dir, "postgresql.auto.conf")
  const signal = join(dir, "standby.signal")
  const { username, password, port } = new URL(primaryUrl)
  const conninfo = `host=127.0.0.1 port=${port} user=${username} password=${password}`
  // The file of its owner, who alone may read it.
  writeFileSync(settings, `${readFileSync(settings, "utf8")}primary_conninfo = '${conninfo}'\n`)
  writeFileSync(signal, "")
  const owner = asUnprivilegedUser([dir])
  if (owner) chownSync(signal, owner.uid, owner.gid)
}

/** Has a primary acknowledge a commit only once a standby, whichever it is, has it on its disk. */
export async function waitForStandby({ adminUrl }: Pick<Postgres, "adminUrl">): Promise<void> {
  await asked(adminUrl, "ALTER SYSTEM SET synchronous_standby_names = '*'")
  await asked(adminUrl, "SELECT pg_reload_conf()")
}

/**
 * Copies a running primary into a folder that is empty or not there, on which a server then follows it. What is copied is not synced.
 * @param programs as `StandbyOptions` has them
 */
export async function copyPrimary(
  dir: string,
  primaryUrl: string,
  programs: PostgresPrograms,
): Promise<void> {
  const disguise = asUnprivilegedUser([dir, programs.postgres])
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  if (disguise) chownSync(dir, disguise.uid, disguise.gid)
  const { username, password, port } = new URL(primaryUrl)
  const tool = join(dirname(programs.postgres), "pg_basebackup")
  const how = [
    "--pgdata",
    dir,
    "--write-recovery-conf",
    "--wal-method=stream",
    "--checkpoint=fast",
    "--no-sync",
  ]
  const lines: string[] = []
  const child = startSupervised([...(disguise?.prefix ?? []), tool, ...how], {
    cwd: "/",
    env: { LC_ALL: "C", PGHOST: "127.0.0.1", PGPORT: port, PGUSER: username, PGPASSWORD: password },
    ...disguise?.spawn,
    onLine: (line) => lines.push(line),
  })
  if ((await child.exited) !== 0)
    throw new UserError(`pg_basebackup could not copy the primary: ${lines.join("\n")}`)
}

async function asked(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  await sql.unsafe(statement).finally(() => sql.end({ timeout: 1 }))
}

/** One database from its portable copy, into an empty database of any server that is as new. */

import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Database } from "@tallyroom/lib/database"
import { UserError } from "../../services/terminal/user-error"
import type { Manifest } from "../catalog/manifest"
import { clientEnvironment } from "../postgres/client-environment"
import { runClient } from "../postgres/client-process"
import { clientTool } from "../postgres/client-tools"
import { majorOf, withServer } from "../postgres/server"
import { unsealed } from "../storage/sealing"
import type { Storage } from "../storage/storage"
import { readVerified } from "./verify"

export interface DatabaseRestore {
  readonly storage: Storage
  readonly identity: string
  readonly databaseUrl: string
  onBytes(bytes: number): void
}

/** @throws {UserError} where the database holds anything */
export async function assertEmptyDatabase(databaseUrl: string): Promise<void> {
  const found = await withServer(databaseUrl, tablesIn)
  if (found.length > 0)
    throw new UserError(
      `The database in DATABASE_URL is not empty (it has ${found.slice(0, 3).join(", ")} …): make another with createdb, and name that one.`,
    )
}

async function tablesIn(sql: Database): Promise<string[]> {
  const rows = await sql`
    SELECT format('%I.%I', nspname, relname) AS name FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace
    WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' ORDER BY 1`
  return rows.map(({ name }) => String(name))
}

/** In one transaction: all of it is there, or nothing. Roles and rights are not in it: workers give them. */
export async function restoreDatabase(manifest: Manifest, to: DatabaseRestore): Promise<void> {
  const { dump } = manifest
  if (dump === null) throw new UserError(`The backup ${manifest.id} has no dump: restore the server.`)
  const { major, schemas } = await withServer(to.databaseUrl, async (sql) => ({
    major: await majorOf(sql),
    schemas: await schemasIn(sql),
  }))
  const tool = await clientTool("pg_restore", major)
  const env = await clientEnvironment(to.databaseUrl)
  const content = (each = (_bytes: number) => {}) =>
    unsealed(dump.object.name, readVerified(to.storage, dump.object, each), to.identity)
  const all = await runClient({ command: [tool, "--list"], env }, content())
  const folder = await mkdtemp(join(tmpdir(), "tallyroom-restore-"))
  try {
    const list = join(folder, "list")
    await writeFile(list, withoutSchemas(all, schemas))
    const how = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", "--no-password"]
    const command = [tool, ...how, `--use-list=${list}`, `--dbname=${env.PGDATABASE}`]
    await runClient({ command, env }, content(to.onBytes))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function schemasIn(sql: Database): Promise<string[]> {
  return (await sql`SELECT nspname FROM pg_namespace`).map(({ nspname }) => String(nspname))
}

/** A schema that is there already, as docs/stores.md makes it, is not made again. Its line ends: `SCHEMA - tallyroom owner`. */
function withoutSchemas(list: string, present: readonly string[]): string {
  const isThere = (line: string) => present.includes(/ SCHEMA - (\S+) /.exec(line)?.[1] ?? "")
  return list
    .split("\n")
    .filter((line) => !isThere(line))
    .join("\n")
}

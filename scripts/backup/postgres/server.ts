/** What is asked of the server that is backed up. */

import { type Database, isDatabaseAway, openDatabase } from "@tallyroom/lib/database"
import { UserError } from "../../services/terminal/user-error"

/** WAL from a replication slot's own beginning is asked for since this version. */
const OLDEST = 15

export interface ServerFacts {
  /** Of the data, for their whole life. */
  readonly systemId: string
  readonly major: number
  /** As people write it: 17.5. */
  readonly version: string
  readonly segmentBytes: number
  readonly timeline: number
  /** Of this database alone, in bytes. */
  readonly databaseBytes: number
}

/** @throws {UserError} for a server that is too old */
export async function factsOf(sql: Database): Promise<ServerFacts> {
  const [row = {}] = await sql`
    SELECT system_identifier::text AS "systemId", current_setting('server_version_num')::integer / 10000 AS major,
      split_part(current_setting('server_version'), ' ', 1) AS version,
      pg_size_bytes(current_setting('wal_segment_size'))::integer AS "segmentBytes",
      substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS timeline,
      pg_database_size(current_database())::text AS size
    FROM pg_control_system()`
  if (row.major < OLDEST)
    throw new UserError(`This Postgres is ${row.version}: backups need version ${OLDEST} or newer.`)
  const { systemId, major, version, segmentBytes } = row
  const timeline = Number.parseInt(row.timeline, 16)
  return { systemId, major, version, segmentBytes, timeline, databaseBytes: Number(row.size) }
}

/** The server's major version. */
export async function majorOf(sql: Database): Promise<number> {
  const [row] = await sql`SELECT current_setting('server_version_num')::integer / 10000 AS major`
  return Number(row?.major)
}

/**
 * Runs `work` with one connection to the server.
 * @throws {UserError} where it can't be reached
 */
export async function withServer<T>(url: string, work: (sql: Database) => Promise<T>): Promise<T> {
  const sql = openDatabase(url, { name: "backup", connections: 1 })
  try {
    return await work(sql)
  } catch (error) {
    if (error instanceof Error && isDatabaseAway(error))
      throw new UserError(`Postgres can't be reached: ${error.message}.`, { cause: error })
    throw explainedRights(error)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

const INSUFFICIENT = "42501"

function explainedRights(error: unknown): unknown {
  const { code, message } = (error ?? {}) as { code?: string; message?: string }
  if (code !== INSUFFICIENT) return error
  return new UserError(`This role may not make backups: ${message}. ${HOW_TO_ALLOW}`, { cause: error })
}

/** What a superuser runs, as docs/stores.md says. */
const HOW_TO_ALLOW =
  "As a superuser run in psql: CREATE ROLE tallyroom_backup LOGIN REPLICATION; \\password tallyroom_backup; then GRANT pg_read_all_data TO tallyroom_backup; " +
  "GRANT CONNECT ON DATABASE tallyroom TO tallyroom_backup; and let it in for replication in pg_hba.conf."

/** Has the server keep its WAL from now on for whoever asks by this slot. */
export async function ensureSlot(sql: Database, slot: string): Promise<void> {
  const [found] = await sql`SELECT FROM pg_replication_slots WHERE slot_name = ${slot}`
  if (!found) await sql`SELECT FROM pg_create_physical_replication_slot(${slot}, true)`
}

/**
 * Drops a slot whose WAL the server has removed, as more waited than `max_slot_wal_keep_size` allows.
 * @returns whether it was so
 */
export async function dropCutSlot(sql: Database, slot: string): Promise<boolean> {
  const dropped = await sql`
    SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
    WHERE slot_name = ${slot} AND wal_status = 'lost' AND NOT active`
  return dropped.length > 0
}

/** Has the server keep its WAL while `work` runs: a slot that ends with its connection. */
export async function keepingWal<T>(sql: Database, work: () => Promise<T>): Promise<T> {
  const held = await sql.reserve()
  const slot = `tallyroom_base_${process.pid}_${Date.now()}`
  try {
    await held`SELECT FROM pg_create_physical_replication_slot(${slot}, true, true)`
    const done = await work()
    await held`SELECT FROM pg_drop_replication_slot(${slot})`
    return done
  } finally {
    held.release()
  }
}

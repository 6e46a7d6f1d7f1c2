/** Brings the schema up to date. Any number of workers may start at once: one migrates, the others wait. */

import { type Database, patiently } from "@tallyroom/lib/database"
import { MissingRights, NO_TABLES, tablesProblem, WORKER_RIGHTS } from "@tallyroom/lib/postgres/rights"
import { grantToResult, revokeWhatWasTooMuch } from "./grants"
import tallyRoom from "./migrations/0001_tally_room.sql" with { type: "text" }
import archiveAndDelete from "./migrations/0002_archive_and_delete.sql" with { type: "text" }
import streams from "./migrations/0003_logs.sql" with { type: "text" }
import replacedVotes from "./migrations/0004_replaced_votes.sql" with { type: "text" }
import lastCounted from "./migrations/0005_log_last.sql" with { type: "text" }
import lifeOfAPoll from "./migrations/0006_life_of_a_poll.sql" with { type: "text" }
import pollOrder from "./migrations/0007_poll_order.sql" with { type: "text" }
import words from "./migrations/0008_words.sql" with { type: "text" }
import losses from "./migrations/0009_losses.sql" with { type: "text" }
import readUntil from "./migrations/0010_read_until.sql" with { type: "text" }
import madeStreams from "./migrations/0011_streams.sql" with { type: "text" }
import copies from "./migrations/0012_copies.sql" with { type: "text" }
import knew from "./migrations/0013_knew.sql" with { type: "text" }
import epoch from "./migrations/0014_epoch.sql" with { type: "text" }
import rights from "./migrations/0015_rights.sql" with { type: "text" }

const RIGHTS = "0015_rights"

/** In the order in which they are applied. What one that was released makes of a database never changes. */
const MIGRATIONS = [
  { name: "0001_tally_room", text: tallyRoom },
  { name: "0002_archive_and_delete", text: archiveAndDelete },
  { name: "0003_logs", text: streams },
  { name: "0004_replaced_votes", text: replacedVotes },
  { name: "0005_log_last", text: lastCounted },
  { name: "0006_life_of_a_poll", text: lifeOfAPoll },
  { name: "0007_poll_order", text: pollOrder },
  { name: "0008_words", text: words },
  { name: "0009_losses", text: losses },
  { name: "0010_read_until", text: readUntil },
  { name: "0011_streams", text: madeStreams },
  { name: "0012_copies", text: copies },
  { name: "0013_knew", text: knew },
  { name: "0014_epoch", text: epoch },
  { name: RIGHTS, text: rights },
]

/** Any number, as long as nobody else uses it in this database. */
const MIGRATION_LOCK = 7_411_300

/** What was done: the names of the migrations that were applied now, and the tables that result may not read any more. */
type Migrated = { applied: string[]; revoked: string[] }

/** @throws {MissingRights} when this role may not do it */
export async function migrate(sql: Database): Promise<Migrated> {
  try {
    return await patiently(sql, applyMissing)
  } catch (error) {
    throw await explainMigration(sql, error)
  }
}

/** Changing a large table takes long, and so does waiting for another worker that does. */
function applyMissing(sql: Database): Promise<Migrated> {
  return sql.begin(async (transaction) => {
    await transaction`SET LOCAL statement_timeout = 0`
    await transaction`SET LOCAL lock_timeout = 0`
    await transaction`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`
    const [there] = await transaction`SELECT to_regclass('migrations') IS NOT NULL AS there`
    // Even with IF NOT EXISTS, making a table asks for the right to make one.
    if (!there?.there) {
      await transaction`CREATE TABLE migrations (
        name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`
    }
    const before = new Set((await transaction`SELECT name FROM migrations`).map((row) => row.name))
    const missing = MIGRATIONS.filter(({ name }) => !before.has(name))
    for (const { name, text } of missing) {
      await transaction.unsafe(text)
      await transaction`INSERT INTO migrations (name) VALUES (${name})`
    }
    const isUpgrade = before.size > 0 && !before.has(RIGHTS)
    const revoked = isUpgrade ? await revokeWhatWasTooMuch(transaction) : []
    await grantToResult(transaction)
    return { applied: missing.map(({ name }) => name), revoked }
  })
}

/** SQLSTATEs insufficient_privilege, and no schema to make tables in. */
const REFUSALS = new Set(["42501", "3F000"])

/** Making and changing tables asks for more than any right that can be granted on a table. */
async function explainMigration(sql: Database, error: unknown): Promise<unknown> {
  if (!REFUSALS.has(String((error as { code?: unknown })?.code))) return error
  const [at] = await sql`
    SELECT quote_ident(current_user) AS role, quote_ident(current_schema()) AS schema,
      current_setting('search_path') AS path, has_schema_privilege(current_schema(), 'CREATE') AS "mayMake",
      (SELECT quote_ident(pg_get_userbyid(nspowner)) FROM pg_namespace WHERE nspname = current_schema()) AS "schemaOwner",
      (SELECT quote_ident(pg_get_userbyid(relowner)) FROM pg_class
        WHERE oid = to_regclass('polls') AND NOT pg_has_role(relowner, 'USAGE')) AS owner`
  const problem = at && (await problemOf(sql, at))
  return problem ? new MissingRights(problem, { cause: error }) : error
}

async function problemOf(sql: Database, at: Record<string, unknown>): Promise<string | null> {
  if (at.owner !== null)
    return `The tables belong to ${at.owner}, and the worker's role ${at.role} may not change them. Run, as a superuser or ${at.owner}: GRANT ${at.owner} TO ${at.role};`
  if (at.schema !== null && !at.mayMake)
    return `The worker's role ${at.role} may not make tables in the schema ${at.schema}. Run, as a superuser or ${at.schemaOwner}: GRANT USAGE, CREATE ON SCHEMA ${at.schema} TO ${at.role};`
  const problem = await tablesProblem(sql, WORKER_RIGHTS)
  if (problem !== NO_TABLES) return problem
  return `The search_path of the worker's role ${at.role} (${at.path}) names no schema that is there and that this role may use: make it (CREATE SCHEMA), or GRANT USAGE, CREATE on it.`
}

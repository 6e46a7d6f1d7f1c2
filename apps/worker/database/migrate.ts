/** Brings the schema up to date. Any number of workers may start at once: one migrates, the others wait. */

import { type Database, patiently } from "@tallyroom/lib/database"
import { UnfitDatabase } from "@tallyroom/lib/postgres/fitness"
import {
  connectProblem,
  MissingRights,
  NO_TABLES,
  type Queries,
  tablesProblem,
  WORKER_RIGHTS,
} from "@tallyroom/lib/postgres/rights"
import { appliedMigrations, migrationNumber, versionProblem } from "@tallyroom/lib/postgres/schema"
import { numberArray, textArray } from "@tallyroom/lib/postgres-array"
import { fitResultRights, isOlderResultThere, revokeWhatWasTooMuch } from "./grants"
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
import sideBySide from "./migrations/0016_side_by_side.sql" with { type: "text" }
import setbacks from "./migrations/0017_setbacks.sql" with { type: "text" }
import stopKey from "./migrations/0018_stop_key.sql" with { type: "text" }
import opened from "./migrations/0019_opened.sql" with { type: "text" }
import ballotMethods from "./migrations/0020_ballot_methods.sql" with { type: "text" }
import { keepRules } from "./rules-trigger"

const RIGHTS = "0015_rights"

/** With this one the database knows which workers are too old for it. */
const SIDE_BY_SIDE = "0016_side_by_side"

/**
 * `oldest`: the least `SCHEMA` of a version that may run beside this migration. One that only adds what older versions need not
 * know says 1. One that older versions would do wrong by (they leave out what it adds, or use what it takes away) says its own
 * number: their workers lose their shards to newer ones, and they don't start any more.
 */
export type Migration = { name: string; text: string; oldest: number }

/** In the order in which they are applied. What one that was released makes of a database never changes. */
export const MIGRATIONS: readonly Migration[] = [
  { name: "0001_tally_room", text: tallyRoom, oldest: 1 },
  { name: "0002_archive_and_delete", text: archiveAndDelete, oldest: 1 },
  { name: "0003_logs", text: streams, oldest: 1 },
  { name: "0004_replaced_votes", text: replacedVotes, oldest: 4 },
  { name: "0005_log_last", text: lastCounted, oldest: 1 },
  { name: "0006_life_of_a_poll", text: lifeOfAPoll, oldest: 1 },
  { name: "0007_poll_order", text: pollOrder, oldest: 1 },
  { name: "0008_words", text: words, oldest: 1 },
  { name: "0009_losses", text: losses, oldest: 1 },
  { name: "0010_read_until", text: readUntil, oldest: 1 },
  { name: "0011_streams", text: madeStreams, oldest: 1 },
  { name: "0012_copies", text: copies, oldest: 1 },
  { name: "0013_knew", text: knew, oldest: 1 },
  { name: "0014_epoch", text: epoch, oldest: 1 },
  { name: RIGHTS, text: rights, oldest: 1 },
  { name: SIDE_BY_SIDE, text: sideBySide, oldest: 1 },
  { name: "0017_setbacks", text: setbacks, oldest: 1 },
  { name: "0018_stop_key", text: stopKey, oldest: 1 },
  { name: "0019_opened", text: opened, oldest: 1 },
  { name: "0020_ballot_methods", text: ballotMethods, oldest: 1 },
]

/** Any number, as long as nobody else uses it in this database. */
const MIGRATION_LOCK = 7_411_300

/**
 * What was done: the names of the migrations that were applied now, and the tables that result may not read any more; and the
 * migrations that this version does not know, and that let it run.
 */
type Migrated = { applied: string[]; revoked: string[]; newer: string[] }

/**
 * @param migrations all that there are
 * @throws {MissingRights} when this role may not do it
 * @throws {UnfitDatabase} when a newer version made the tables, and this one may not run on them
 */
export async function migrate(sql: Database, migrations = MIGRATIONS): Promise<Migrated> {
  try {
    return await patiently(sql, (patient) => applyMissing(patient, migrations))
  } catch (error) {
    throw await explainMigration(sql, error)
  }
}

/** Changing a large table takes long, and so does waiting for another worker that does. */
function applyMissing(sql: Database, migrations: readonly Migration[]): Promise<Migrated> {
  return sql.begin(async (transaction) => {
    await transaction`SET LOCAL statement_timeout = 0`
    await transaction`SET LOCAL lock_timeout = 0`
    await transaction`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`
    // Whoever asks for a table meanwhile waits behind it: the worker tries again (Repeat), and others are served in between.
    await transaction`SET LOCAL lock_timeout = 1000`
    const [there] = await transaction`SELECT to_regclass('migrations') IS NOT NULL AS there`
    // Even with IF NOT EXISTS, making a table asks for the right to make one.
    if (!there?.there) {
      await transaction`CREATE TABLE migrations (
        name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`
    }
    const before = await appliedMigrations(transaction)
    const known = new Set(migrations.map(({ name }) => name))
    const newer = before.filter(({ name }) => !known.has(name))
    const problem = versionProblem(newer)
    if (problem !== null) throw new UnfitDatabase(problem)
    const has = (name: string) => before.some((it) => it.name === name)
    const missing = migrations.filter(({ name }) => !has(name))
    for (const migration of missing) await apply(transaction, migration)
    if (migrations.some(({ name }) => name === SIDE_BY_SIDE)) await declareOldest(transaction, migrations)
    const isUpgrade = before.length > 0 && !has(RIGHTS)
    const revoked = isUpgrade ? await revokeWhatWasTooMuch(transaction) : []
    if (newer.length === 0) await keepRules(transaction)
    await keepDefinersPrivate(transaction)
    await fitResultRights(transaction, await isOlderResultThere(transaction))
    return { applied: namesOf(missing), revoked, newer: namesOf(newer) }
  })
}

/** A dump that was restored without privileges gives everybody back what migration 0020 took away. */
async function keepDefinersPrivate(sql: Queries): Promise<void> {
  const open = await sql`
    SELECT oid::regprocedure::text AS name FROM pg_proc
    WHERE oid = to_regprocedure('shut_out_older_versions()') AND pg_has_role(proowner, 'USAGE')
      AND has_function_privilege('public', oid, 'EXECUTE')`
  for (const { name } of open) await sql.unsafe(`REVOKE EXECUTE ON FUNCTION ${name} FROM PUBLIC`)
}

/**
 * Looks again whether result's role may do no more than it needs: an older worker that starts gives it more.
 * @param mayWait whether a result of the version before may go on with what it had
 */
export async function narrowResultRights(sql: Database, mayWait: boolean): Promise<void> {
  await sql.begin(async (transaction) => {
    const [lock] = await transaction`SELECT pg_try_advisory_xact_lock(${MIGRATION_LOCK}) AS taken`
    if (lock?.taken) await fitResultRights(transaction, mayWait && (await isOlderResultThere(transaction)))
  })
}

const namesOf = (some: readonly { name: string }[]) => some.map(({ name }) => name)

async function apply(sql: Queries, { name, text, oldest }: Migration): Promise<void> {
  if (migrationNumber(name) > migrationNumber(SIDE_BY_SIDE)) await takeShardsBack(sql, oldest)
  await sql.unsafe(text)
  await sql`INSERT INTO migrations (name) VALUES (${name})`
}

/**
 * Takes the shards of workers that are too old away from them, and takes them from the list, before anything is changed that they would do wrong by. What such a
 * worker is just counting waits for this transaction, and then changes nothing, as the shard is not its own any more.
 */
async function takeShardsBack(sql: Queries, oldest: number): Promise<void> {
  await sql`DELETE FROM workers WHERE schema < ${oldest}::integer`
  await sql`
    UPDATE shards SET holder = NULL, lease_until = NULL, epoch = epoch + 1
    WHERE holder IS NOT NULL AND ${oldest}::integer > 15
      AND NOT EXISTS (SELECT FROM workers WHERE id = holder AND schema >= ${oldest}::integer)`
}

/** Also of those that an older version applied, which could not say it. */
async function declareOldest(sql: Queries, migrations: readonly Migration[]): Promise<void> {
  await sql`
    UPDATE migrations SET oldest = known.oldest
    FROM unnest(${textArray(migrations.map(({ name }) => name))}::text[],
      ${numberArray(migrations.map(({ oldest }) => oldest))}::integer[]) AS known (name, oldest)
    WHERE migrations.name = known.name AND migrations.oldest IS NULL`
}

/** SQLSTATEs insufficient_privilege, and no schema to make tables in. */
const REFUSALS = new Set(["42501", "3F000"])

/** Making and changing tables asks for more than any right that can be granted on a table. */
async function explainMigration(sql: Database, error: unknown): Promise<unknown> {
  if (!REFUSALS.has(String((error as { code?: unknown })?.code))) return error
  const connecting = connectProblem(sql, error)
  if (connecting !== null) return new MissingRights(connecting, { cause: error })
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

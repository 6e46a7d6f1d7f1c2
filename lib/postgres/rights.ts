/** What each program may do with Tallyroom's tables, and what to run where a role may not. */

import type postgres from "postgres"
import type { Database } from "../database"
import { textArray } from "../postgres-array"

/** A pool, or a transaction on one of its connections. */
export type Queries = postgres.ISql<{ bigint: number }>

type Privilege = "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "USAGE"

/** A privilege on a table, or on some columns of it alone. */
type Right = Privilege | `${"SELECT" | "INSERT" | "UPDATE"} (${string})`

/** From a table, view or sequence to what is done with it. */
export type Rights = Readonly<Record<string, readonly Right[]>>

const READ = ["SELECT"] as const
const ALL = ["SELECT", "INSERT", "UPDATE", "DELETE"] as const

/** Which ballot of a voter counts or was replaced, as receipts ask, and not for what it was. */
const BALLOTS = ["SELECT (poll, voter, ms, seq)"] as const

/** The columns of a poll that an admin fills in. */
const DEFINITION =
  "title, options, ballot, decision, option_order, policy, state, results, eligibility, confirm, opens_at, closes_at"

/**
 * Result reads what it shows, and no voter's choice: of whole ballots it is told how many say the same. It writes what an admin decides of a poll, by the rules that a trigger keeps. The salts
 * it reads, as it makes codes and reads receipts, and changes none.
 */
export const RESULT_RIGHTS: Rights = {
  ...{
    room: READ,
    votes: BALLOTS,
    tallies: READ,
    marks: READ,
    outcomes: READ,
    ballot_files: READ,
    timeline: READ,
    books: READ,
    set_aside: READ,
    shards: READ,
  },
  ...{ closings: READ, workers: READ, deleted_polls: READ, replaced_votes: BALLOTS, inbox_losses: READ },
  ...{ setbacks: READ, migrations: READ },
  polls: [
    "SELECT",
    `INSERT (id, ${DEFINITION}, salt)`,
    `UPDATE (${DEFINITION}, stops, words, codes_made, is_default, place, archived_at, deleting_at, revision)`,
  ],
  polls_place: ["USAGE"],
}

/** The worker owns the tables; a role that does not may count with these, and can't migrate. */
export const WORKER_RIGHTS: Rights = {
  ...{
    room: ALL,
    polls: ALL,
    votes: ALL,
    tallies: ALL,
    marks: ALL,
    outcomes: ALL,
    ballot_files: ALL,
    timeline: ALL,
    books: ALL,
    set_aside: ALL,
  },
  ...{ shards: ALL, closings: ALL, workers: ALL, burials: ALL, deleted_polls: ALL, replaced_votes: ALL },
  ...{ acceptances: ALL, inbox_losses: ALL, streams: ALL, setbacks: ALL, migrations: ALL, stop_key: READ },
  polls_place: ["USAGE"],
  polls_number_seq: ["USAGE", "UPDATE"],
}

/** The audit and the export read. */
export const AUDIT_RIGHTS: Rights = {
  ...{
    polls: READ,
    shards: READ,
    books: READ,
    votes: READ,
    tallies: READ,
    marks: READ,
    inbox_losses: READ,
    setbacks: READ,
  },
  migrations: READ,
}
export const EXPORT_RIGHTS: Rights = {
  polls: READ,
  tallies: READ,
  marks: READ,
  outcomes: READ,
  vote_history: READ,
  migrations: READ,
}

/** Every table, view and sequence of Tallyroom. */
export const OUR_TABLES = Object.keys({ ...WORKER_RIGHTS, ...RESULT_RIGHTS, ...EXPORT_RIGHTS })

/** A role may not do what its program needs; the message says what to run. */
export class MissingRights extends Error {
  override readonly name = "MissingRights"
}

export const NO_TABLES = "No worker has made the tables yet."

/** SQLSTATEs: insufficient_privilege, undefined_table and no schema to make tables in. A table out of reach is undefined, too. */
const REFUSALS = new Set(["42501", "42P01", "3F000"])

/** @returns a sentence that says why this role can't use Tallyroom's tables and what to run; null if it can */
export async function tablesProblem(sql: Database, rights: Rights): Promise<string | null> {
  const place = await placeOfTables(sql)
  if (place === null) return NO_TABLES
  const { schema, role } = place
  if (!place.usable || !place.onPath) {
    const statements = [
      ...(place.usable ? [] : [`GRANT USAGE ON SCHEMA ${schema} TO ${role};`]),
      ...(place.named
        ? []
        : [`ALTER ROLE ${role} IN DATABASE ${place.database} SET search_path = ${schema};`]),
    ]
    return `Tallyroom's tables are in the schema ${schema}, which the role ${role} does not reach. Run, as ${place.owner}: ${statements.join(" ")}`
  }
  const lacking = await lackingRights(sql, rights, place)
  if (lacking.length === 0) return null
  const owner = lacking[0]?.owner
  return `The role ${role} may not use Tallyroom's tables. Run, as ${owner}: ${grants(lacking, role).join(" ")}`
}

/**
 * @param besides a role that somebody else keeps from having more
 * @returns a sentence that says what this role may do beyond these rights, and what to run; null if nothing
 */
export async function surplusProblem(sql: Database, rights: Rights, besides: string): Promise<string | null> {
  const place = await placeOfTables(sql)
  if (place === null || place.role === besides) return null
  const { role, owner, schema } = place
  const surplus = await surplusRights(sql, rights, place)
  if (surplus.length === 0) return null
  // What is taken of a table goes with what was given of its columns.
  const touched = new Set(surplus.map(({ table }) => table))
  const kept = wantedOf(rights)
    .map(({ table, ...right }) => ({ table: `${schema}.${table}`, ...right }))
    .filter(({ table }) => touched.has(table))
  const statements = [...revocations(surplus, role), ...grants(kept, role)]
  return `The role ${role} may do more with Tallyroom's tables than its program needs. Run, as ${owner}: ${statements.join(" ")}`
}

/** @returns the error, or one that says which rights were missing, if that was the cause */
export async function explainRefusal(sql: Database, error: unknown, rights: Rights): Promise<unknown> {
  if (!REFUSALS.has(String((error as { code?: unknown })?.code))) return error
  const problem = await tablesProblem(sql, rights).catch(() => null)
  return problem === null ? error : new MissingRights(problem, { cause: error })
}

/** @returns a sentence with the GRANT to run, for the error of a role that may not even connect to its database; else null */
export function connectProblem(sql: Database, error: unknown): string | null {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  const [, database] = /^permission denied for database (".*")$/.exec(String(message)) ?? []
  if (code !== "42501" || database === undefined) return null
  const role = JSON.stringify(sql.options.user)
  return `The role ${role} may not connect to the database ${database}. Run, as its owner: GRANT CONNECT ON DATABASE ${database} TO ${role};`
}

/** Where the tables are, with all names quoted as SQL has them. */
type Place = {
  schema: string
  oid: number
  owner: string
  usable: boolean
  /** Whether the role finds tables there, and whether its search_path names the schema at all. */
  onPath: boolean
  named: boolean
  role: string
  database: string
}

/** Another program may have tables of the same names, but hardly all of these in one schema. */
async function placeOfTables(sql: Database): Promise<Place | null> {
  const [place] = await sql<Place[]>`
    SELECT quote_ident(nspname) AS schema, oid::bigint AS oid, quote_ident(pg_get_userbyid(nspowner)) AS owner,
      has_schema_privilege(oid, 'USAGE') AS usable, array_position(current_schemas(false), nspname) IS NOT NULL AS "onPath",
      nspname = 'public' OR position(nspname IN current_setting('search_path')) > 0 AS named,
      quote_ident(current_user) AS role, quote_ident(current_database()) AS database
    FROM pg_namespace AS n
    WHERE (SELECT count(*) FROM pg_class
      WHERE relnamespace = n.oid AND relkind = 'r' AND relname IN ('room', 'polls', 'migrations')) = 3
    ORDER BY array_position(current_schemas(false), nspname) NULLS LAST, oid LIMIT 1`
  return place ?? null
}

/** A right on a column, or on the whole table. */
type Wanted = { table: string; privilege: string; column: string | null }

/** A right that a role lacks. `mayGrant`: whether whoever asks may give it. */
type Lacking = Wanted & { owner: string; mayGrant: boolean }

/**
 * What a role lacks of these rights; what is not there lacks nothing.
 * @param place the oid of the schema, and the role by its quoted name
 */
export async function lackingRights(
  sql: Queries,
  rights: Rights,
  { oid, role }: { oid: number; role: string },
): Promise<Lacking[]> {
  const wanted = wantedOf(rights)
  return sql<Lacking[]>`
    SELECT format('%I.%I', nspname, relname) AS table, privilege, NULLIF(name_of_column, '') AS column,
      quote_ident(pg_get_userbyid(relowner)) AS owner, pg_has_role(relowner, 'USAGE') AS "mayGrant"
    FROM unnest(${textArray(wanted.map(({ table }) => table))}::text[],
      ${textArray(wanted.map(({ privilege }) => privilege))}::text[],
      ${textArray(wanted.map(({ column }) => column ?? ""))}::text[]) WITH ORDINALITY AS wanted (name, privilege, name_of_column, place)
    JOIN pg_class AS c ON c.relname = wanted.name AND c.relnamespace = ${oid}::oid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute AS a ON attrelid = c.oid AND attname = name_of_column AND NOT attisdropped
    CROSS JOIN (SELECT oid AS asked FROM pg_roles WHERE quote_ident(rolname) = ${role}) AS who
    WHERE (name_of_column = '') = (attname IS NULL) AND NOT CASE
      WHEN relkind = 'S' THEN has_sequence_privilege(asked, c.oid, privilege)
      WHEN attname IS NULL THEN has_table_privilege(asked, c.oid, privilege)
      ELSE has_column_privilege(asked, c.oid, attnum, privilege) END
    ORDER BY relname, privilege, wanted.place`
}

/** Each privilege on each column; on the whole table, the column is null. */
function wantedOf(rights: Rights): Wanted[] {
  return Object.entries(rights).flatMap(([table, may]) =>
    may.flatMap((right) => {
      const [, privilege = "", columns = ""] = /^(\w+)(?: \((.*)\))?$/.exec(right) ?? []
      const names = columns === "" ? [null] : columns.split(", ")
      return names.map((column) => ({ table, privilege, column }))
    }),
  )
}

/** The statements that give a role what it lacks. */
export function grants(lacking: readonly Wanted[], role: string): string[] {
  const byTable = Map.groupBy(lacking, ({ table }) => table)
  const alike = Map.groupBy(byTable.keys(), (table) => privilegesOf(byTable.get(table) ?? []))
  return [...alike].map(([privileges, tables]) => {
    const on = privileges === "USAGE" ? "SEQUENCE " : ""
    return `GRANT ${privileges} ON ${on}${tables.join(", ")} TO ${role};`
  })
}

function privilegesOf(lacking: readonly Wanted[]): string {
  const columns = Map.groupBy(lacking, ({ privilege }) => privilege)
  return [...columns]
    .map(([privilege, of]) => {
      const names = of.flatMap(({ column }) => column ?? [])
      return names.length === 0 ? privilege : `${privilege} (${names.join(", ")})`
    })
    .join(", ")
}

/** A privilege that a role was given and does not need. */
type Surplus = { table: string; privilege: string; columns: string | null; mayRevoke: boolean }

/** What a role was given of Tallyroom's tables beyond these rights, itself and not as one of everybody; its own tables apart. */
export async function surplusRights(
  sql: Queries,
  rights: Rights,
  { oid, role }: { oid: number; role: string },
): Promise<Surplus[]> {
  const wanted = wantedOf(rights)
  return sql<Surplus[]>`
    WITH wanted AS (
      SELECT * FROM unnest(${textArray(wanted.map(({ table }) => table))}::text[],
        ${textArray(wanted.map(({ privilege }) => privilege))}::text[],
        ${textArray(wanted.map(({ column }) => column ?? ""))}::text[]) AS wanted (name, privilege, name_of_column)
    ), given AS (
      SELECT c.oid, '' AS name_of_column, privilege_type AS privilege, grantee
      FROM pg_class AS c, aclexplode(relacl) WHERE relnamespace = ${oid}::oid
      UNION ALL
      SELECT c.oid, attname, privilege_type, grantee
      FROM pg_class AS c JOIN pg_attribute ON attrelid = c.oid, aclexplode(attacl) WHERE relnamespace = ${oid}::oid
    )
    SELECT format('%I.%I', nspname, relname) AS table, privilege, string_agg(quote_ident(NULLIF(name_of_column, '')), ', ') AS columns,
      bool_and(pg_has_role(relowner, 'USAGE')) AS "mayRevoke"
    FROM given JOIN pg_class AS c USING (oid) JOIN pg_namespace AS n ON n.oid = relnamespace JOIN pg_roles AS r ON r.oid = grantee
    WHERE quote_ident(rolname) = ${role} AND NOT pg_has_role(r.oid, relowner, 'USAGE')
      AND relname = ANY(${textArray(OUR_TABLES)}::text[])
      AND NOT EXISTS (SELECT FROM wanted WHERE name = relname AND wanted.privilege = given.privilege
        AND wanted.name_of_column IN ('', given.name_of_column))
    GROUP BY nspname, relname, privilege, name_of_column = '' ORDER BY relname, privilege`
}

/** The statements that take it back. What is given on a column goes with what is given on its table. */
export function revocations(surplus: readonly Surplus[], role: string): string[] {
  return surplus.map(({ table, privilege, columns }) => {
    const on = columns === null ? "" : ` (${columns})`
    return `REVOKE ${privilege}${on} ON ${table} FROM ${role};`
  })
}

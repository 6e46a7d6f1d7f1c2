/** What each program may do with Tallyroom's tables, and what to run where a role may not. */

import type postgres from "postgres"
import type { Database } from "../database"
import { textArray } from "../postgres-array"

/** A pool, or a transaction on one of its connections. */
export type Queries = postgres.ISql<{ bigint: number }>

type Privilege = "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "USAGE"

/** From a table, view or sequence to what is done with it. */
export type Rights = Readonly<Record<string, readonly Privilege[]>>

const READ = ["SELECT"] as const
const ALL = ["SELECT", "INSERT", "UPDATE", "DELETE"] as const

/** Result reads what it shows, and writes polls alone. */
export const RESULT_RIGHTS: Rights = {
  ...{ room: READ, votes: READ, tallies: READ, timeline: READ, books: READ, set_aside: READ, shards: READ },
  ...{ closings: READ, workers: READ, deleted_polls: READ, replaced_votes: READ, vote_history: READ },
  ...{ inbox_losses: READ, setbacks: READ, migrations: READ },
  polls: ["SELECT", "INSERT", "UPDATE"],
  polls_place: ["USAGE"],
}

/** The worker owns the tables; a role that does not may count with these, and can't migrate. */
export const WORKER_RIGHTS: Rights = {
  ...{ room: ALL, polls: ALL, votes: ALL, tallies: ALL, timeline: ALL, books: ALL, set_aside: ALL },
  ...{ shards: ALL, closings: ALL, workers: ALL, burials: ALL, deleted_polls: ALL, replaced_votes: ALL },
  ...{ acceptances: ALL, inbox_losses: ALL, streams: ALL, setbacks: ALL, migrations: ALL },
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
    inbox_losses: READ,
    setbacks: READ,
  },
  migrations: READ,
}
export const EXPORT_RIGHTS: Rights = { polls: READ, tallies: READ, vote_history: READ, migrations: READ }

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

/** A right that a role lacks. `mayGrant`: whether whoever asks may give it. */
export type Lacking = { table: string; privilege: Privilege; owner: string; mayGrant: boolean }

/**
 * What a role lacks of these rights; what is not there lacks nothing.
 * @param place the oid of the schema, and the role by its quoted name
 */
export async function lackingRights(
  sql: Queries,
  rights: Rights,
  { oid, role }: { oid: number; role: string },
): Promise<Lacking[]> {
  const wanted = Object.entries(rights).flatMap(([table, may]) =>
    may.map((privilege) => ({ table, privilege })),
  )
  return sql<Lacking[]>`
    SELECT format('%I.%I', nspname, relname) AS table, privilege, quote_ident(pg_get_userbyid(relowner)) AS owner,
      pg_has_role(relowner, 'USAGE') AS "mayGrant"
    FROM unnest(${textArray(wanted.map(({ table }) => table))}::text[],
      ${textArray(wanted.map(({ privilege }) => privilege))}::text[]) AS wanted (name, privilege)
    JOIN pg_class AS c ON c.relname = wanted.name AND c.relnamespace = ${oid}::oid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    CROSS JOIN (SELECT oid AS asked FROM pg_roles WHERE quote_ident(rolname) = ${role}) AS who
    WHERE NOT CASE relkind WHEN 'S' THEN has_sequence_privilege(asked, c.oid, privilege)
      ELSE has_table_privilege(asked, c.oid, privilege) END
    ORDER BY relname, privilege`
}

/** The statements that give a role what it lacks. */
export function grants(lacking: readonly Lacking[], role: string): string[] {
  const byTable = Map.groupBy(lacking, ({ table }) => table)
  const privilegesOf = (table: string) =>
    (byTable.get(table) ?? []).map(({ privilege }) => privilege).join(", ")
  const alike = Map.groupBy(byTable.keys(), privilegesOf)
  return [...alike].map(([privileges, tables]) => {
    const on = privileges === "USAGE" ? "SEQUENCE " : ""
    return `GRANT ${privileges} ON ${on}${tables.join(", ")} TO ${role};`
  })
}

/** The rights of result's role, where there is one of that name: table by table, in the schema of these tables, and no others. */

import {
  grants,
  lackingRights,
  OUR_TABLES,
  type Queries,
  RESULT_RIGHTS,
  revocations,
  surplusRights,
} from "@tallyroom/lib/postgres/rights"
import { textArray } from "@tallyroom/lib/postgres-array"
import { RESULT_ROLE } from "../credentials/database-roles"

/**
 * Takes back what the role was given too much, and gives it what it lacks, as far as this worker may. What is so already is not done again,
 * as each grant is a write.
 * @param spare leaves the role what it has, as a result of the version before still uses it
 */
export async function fitResultRights(sql: Queries, spare: boolean): Promise<void> {
  const [schema] = await sql`
    SELECT oid::bigint AS oid, quote_ident(nspname) AS name,
      has_schema_privilege(${RESULT_ROLE}, oid, 'USAGE') AS usable, pg_has_role(nspowner, 'USAGE') AS "mayGrant"
    FROM pg_namespace WHERE nspname = current_schema() AND EXISTS (SELECT FROM pg_roles WHERE rolname = ${RESULT_ROLE})`
  if (!schema) return
  const place = { oid: schema.oid, role: RESULT_ROLE }
  if (!schema.usable && schema.mayGrant)
    await sql.unsafe(`GRANT USAGE ON SCHEMA ${schema.name} TO ${RESULT_ROLE}`)
  const surplus = spare ? [] : await surplusRights(sql, RESULT_RIGHTS, place)
  const statements = revocations(
    surplus.filter(({ mayRevoke }) => mayRevoke),
    RESULT_ROLE,
  )
  // What is taken back of a table goes with what was given of its columns.
  for (const statement of statements) await sql.unsafe(statement)
  const lacking = await lackingRights(sql, RESULT_RIGHTS, place)
  const missing = grants(
    lacking.filter(({ mayGrant }) => mayGrant),
    RESULT_ROLE,
  )
  for (const statement of missing) await sql.unsafe(statement)
}

/**
 * Whether a result is connected that is of before its rights were narrowed, without which it is not ready: it calls its connections so. A
 * pooler may hide that.
 */
export async function isOlderResultThere(sql: Queries): Promise<boolean> {
  const [row] = await sql`
    SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND usename = ${RESULT_ROLE}
      AND application_name IN ('tallyroom-result', 'tallyroom-result-listen')) AS there`
  return row?.there === true
}

/**
 * Before migration 0015 the role was given SELECT on every table that `public` had then, another program's too: takes that back.
 * @returns the tables, views and sequences that are not Tallyroom's and that the role could read
 */
export async function revokeWhatWasTooMuch(sql: Queries): Promise<string[]> {
  const found = await sql`
    SELECT format('%I.%I', nspname, relname) AS table
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
    WHERE nspname = 'public' AND relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_has_role(relowner, 'USAGE')
      AND relname <> ALL(${textArray(OUR_TABLES)}::text[])
      AND (SELECT array_agg(privilege_type::text) FROM aclexplode(relacl)
        WHERE grantee = (SELECT oid FROM pg_roles WHERE rolname = ${RESULT_ROLE})) = '{SELECT}'
    ORDER BY relname`
  const tables = found.map(({ table }) => String(table))
  for (const table of tables) await sql.unsafe(`REVOKE SELECT ON ${table} FROM ${RESULT_ROLE}`)
  return tables
}

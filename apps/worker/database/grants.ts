/** The rights of result's role, where there is one of that name: table by table, in the schema of these tables. */

import {
  grants,
  lackingRights,
  type Queries,
  RESULT_RIGHTS,
  WORKER_RIGHTS,
} from "@tallyroom/lib/postgres/rights"
import { textArray } from "@tallyroom/lib/postgres-array"
import { RESULT_ROLE } from "../credentials/database-roles"

/** Gives the role what it lacks and this worker may give. What is there already is not given again, as each grant is a write. */
export async function grantToResult(sql: Queries): Promise<void> {
  const [schema] = await sql`
    SELECT oid::bigint AS oid, quote_ident(nspname) AS name,
      has_schema_privilege(${RESULT_ROLE}, oid, 'USAGE') AS usable, pg_has_role(nspowner, 'USAGE') AS "mayGrant"
    FROM pg_namespace WHERE nspname = current_schema() AND EXISTS (SELECT FROM pg_roles WHERE rolname = ${RESULT_ROLE})`
  if (!schema) return
  if (!schema.usable && schema.mayGrant)
    await sql.unsafe(`GRANT USAGE ON SCHEMA ${schema.name} TO ${RESULT_ROLE}`)
  const lacking = await lackingRights(sql, RESULT_RIGHTS, { oid: schema.oid, role: RESULT_ROLE })
  for (const statement of grants(
    lacking.filter(({ mayGrant }) => mayGrant),
    RESULT_ROLE,
  ))
    await sql.unsafe(statement)
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
      AND relname <> ALL(${textArray(Object.keys({ ...WORKER_RIGHTS, ...RESULT_RIGHTS }))}::text[])
      AND (SELECT array_agg(privilege_type::text) FROM aclexplode(relacl)
        WHERE grantee = (SELECT oid FROM pg_roles WHERE rolname = ${RESULT_ROLE})) = '{SELECT}'
    ORDER BY relname`
  const tables = found.map(({ table }) => String(table))
  for (const table of tables) await sql.unsafe(`REVOKE SELECT ON ${table} FROM ${RESULT_ROLE}`)
  return tables
}

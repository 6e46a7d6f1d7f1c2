import type { Database } from "@tallyroom/lib/database"

/** Whether a worker has made the tables, and lets this process read them. */
export async function hasTables(sql: Database): Promise<boolean> {
  const [row] = await sql`
    SELECT to_regclass('polls') IS NOT NULL AND has_table_privilege(to_regclass('polls'), 'SELECT') AS there`
  return row?.there === true
}

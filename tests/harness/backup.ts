/** Backups of a database, taken and put back while Tallyroom is at work, as an operator's tool does in one transaction. */

import type { Database } from "@tallyroom/lib/database"

export type Backup = { restore(): Promise<void> }

/** @param sql as the tables' owner */
export async function takeBackup(sql: Database): Promise<Backup> {
  const name = `backup_${crypto.randomUUID().replaceAll("-", "_")}`
  const owner = sql.unsafe("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
  const tables = (await owner).map((row) => String(row.tablename))
  const [numbers] = await sql`SELECT pg_sequence_last_value('polls_number_seq')::integer AS last`
  await sql.begin(async (transaction) => {
    await transaction.unsafe("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    await transaction.unsafe(`CREATE SCHEMA ${name}`)
    for (const table of tables)
      await transaction.unsafe(`CREATE TABLE ${name}.${table} AS TABLE public.${table}`)
  })
  return {
    restore: () =>
      sql.begin(async (transaction) => {
        await transaction.unsafe(`TRUNCATE ${tables.join(", ")}`)
        for (const table of tables)
          await transaction.unsafe(
            `INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT * FROM ${name}.${table}`,
          )
        await transaction`SELECT setval('polls_number_seq', ${Number(numbers?.last)})`
      }) as unknown as Promise<void>,
  }
}

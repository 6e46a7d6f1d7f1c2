/** Which versions of the apps may run on which schema. `docs/upgrading.md` tells it to people. */

import type { Queries } from "./rights"

/** The number of the last migration that this version knows. */
export const SCHEMA = 20

/** A migration as the database has it. `oldest`: the least `SCHEMA` of an app that may run beside it; null where nobody declared it. */
export type Applied = { name: string; oldest: number | null }

/** Reads also what a worker made that knew no `oldest` yet. */
export async function appliedMigrations(sql: Queries): Promise<Applied[]> {
  return sql<Applied[]>`
    SELECT name, (to_jsonb(m) ->> 'oldest')::integer AS oldest FROM migrations AS m ORDER BY name`
}

/** @returns a sentence that says why this version may not run on these migrations; null if it may */
export function versionProblem(applied: readonly Applied[]): string | null {
  const refusing = applied.filter(
    ({ name, oldest }) => migrationNumber(name) > SCHEMA && (oldest === null || oldest > SCHEMA),
  )
  const last = refusing.at(-1)
  if (!last) return null
  const needed = last.oldest === null ? "" : `, which asks for a version that knows ${numbered(last.oldest)}`
  return `The database has the migration ${last.name}${needed}; this version knows them up to ${numbered(SCHEMA)}. Start a newer version: a schema does not go back (docs/upgrading.md).`
}

export const migrationNumber = (name: string): number => Number.parseInt(name, 10)

const numbered = (schema: number): string => String(schema).padStart(4, "0")

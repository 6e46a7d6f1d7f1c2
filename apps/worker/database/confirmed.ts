/** Commits that a synchronous standby has, where the primary waits for one. */

import { type Database, unconfirmedCommits } from "@tallyroom/lib/database"

/** What was committed stands on the primary alone. To do it anew waits for the standby, which then has both. */
class Unconfirmed extends Error {
  override readonly name = "Unconfirmed"
}

/**
 * A column of what commits. Postgres warns of such a commit, but no client whose role, database or address has warnings hidden
 * (client_min_messages). What a transaction sets for itself wins over these, and no pooler refuses or drops it.
 */
export function warned(sql: Database) {
  return sql`set_config('client_min_messages', 'warning', true) AS warned`
}

/**
 * Does what commits, and returns once all that the primary waits for has it.
 * @param sql the pool over which it commits
 * @param commit one transaction, in which the column `warned` stands, or its like in SQL
 * @throws {Unconfirmed} when somebody ended that wait (pg_cancel_backend)
 */
export async function confirmed<T>(sql: Database, commit: () => Promise<T>): Promise<T> {
  const before = unconfirmedCommits(sql)
  const done = await commit()
  if (unconfirmedCommits(sql) === before) return done
  throw new Unconfirmed("somebody ended a commit's wait for a synchronous standby: it may not be there yet")
}

/** Commits that wait for a synchronous standby. Postgres has no deadline for that, and a session that waits is not told who has left. */

import type { Database } from "@tallyroom/lib/database"

export const AWAITED_STANDBY =
  "its commits wait for a synchronous standby, which is away: bring it back, or take it out of synchronous_standby_names"

/** Whether commits of this role wait for one now. */
export async function awaitsStandby(sql: Database): Promise<boolean> {
  const [row] = await sql`
    SELECT EXISTS (SELECT FROM pg_stat_activity WHERE usename = current_user AND wait_event = 'SyncRep') AS waits`
  return row?.waits === true
}

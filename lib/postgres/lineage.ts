/** Which Postgres answers: whose data it has, and how often a standby was promoted since. */

import type { Queries } from "./rights"

export type Lineage = {
  /** Names the data for their whole life; a standby has the same. */
  system: string
  /** Grows with each promotion. An old primary that comes back keeps the one that it had. */
  timeline: number
}

/** SQLSTATEs of a server that keeps to itself what is asked here, as some clouds do. */
const NOT_TOLD = new Set(["42501", "42883", "0A000"])
const HEXADECIMAL = 16

/** The greatest timeline that this process has seen of each system. */
const newest = new Map<string, number>()

/** Null for a standby, and where the server does not tell. */
export async function lineageOf(sql: Queries): Promise<Lineage | null> {
  const rows = await sql`
    SELECT system_identifier::text AS system,
      CASE WHEN NOT pg_is_in_recovery() THEN left(pg_walfile_name(pg_current_wal_lsn()), 8) END AS timeline
    FROM pg_control_system()`.catch((error) => {
    if (NOT_TOLD.has(String(error.code))) return []
    throw error
  })
  const { system, timeline } = rows[0] ?? {}
  return timeline ? { system: String(system), timeline: Number.parseInt(timeline, HEXADECIMAL) } : null
}

/** Remembers what answered, so that no older primary of the same system is used after it. */
export function noteLineage({ system, timeline }: Lineage): void {
  newest.set(system, Math.max(timeline, newest.get(system) ?? 0))
}

/** Why this Postgres must not be used, as a standby of it was promoted; null where nothing says so. */
export function outdatedProblem({ system, timeline }: Lineage): string | null {
  const known = newest.get(system) ?? 0
  if (timeline >= known) return null
  return `it is an old primary (timeline ${timeline}, and ${known} is there): stop it, or make it a standby`
}

/** Whether the first is a later primary of the same data. */
export function isLater(one: Lineage | null, other: Lineage | null): boolean {
  return one !== null && one.system === other?.system && one.timeline > other.timeline
}

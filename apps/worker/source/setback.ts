/**
 * Postgres that went back: a standby that lagged took over, a backup was restored, or commits were lost in a crash. Redis keeps up
 * to where each shard was counted, and a Postgres that stands before that has lost what it had counted in between.
 */

import { comparePositions, formatPosition, type Position, parsePosition } from "@tallyroom/lib/ballots/ballot"
import type { Database } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { Log } from "@tallyroom/lib/process/logging"
import type { Redis } from "ioredis"
import type { Counter } from "../counting/counter"
import { type Holding, isHolding } from "../leases/holding"

/** Stop markers, losses and moves raise versions as well. */
export const VERSIONS_SPARE = 10_000

/** What readiness says until the inbox is equal to Postgres again. */
export const WENT_BACK = "Postgres went back: what it lost is booked, and its voters may vote again"

/** Up to where a shard was counted, as Redis knows it. */
export type CountedUpTo = {
  position: Position
  /** Where a broker holds the ballots, the stream in which that is. */
  stream: string | null
}

/** Null where this Redis knows nothing, or has garbage. */
export async function readCounted(redis: Redis, shard: number): Promise<CountedUpTo | null> {
  const text = await redis.get(keys.counted(shard)).catch((error: Error) => {
    if (error.message.startsWith("WRONGTYPE")) return null
    throw error
  })
  const [id = "", stream = null] = (text ?? "").split(" ")
  const position = parsePosition(id)
  return position && { position, stream }
}

/** The text that stands in Redis. */
export function formatCounted({ position, stream }: CountedUpTo): string {
  return [formatPosition(position), ...(stream === null ? [] : [stream])].join(" ")
}

/**
 * Whether Postgres is found to have gone back, or was and the inbox is not equal to it yet. It is recorded before anything is done
 * about it, so that whoever comes next goes on. It may go back once more before that.
 * @param counted what Redis says, if by that Postgres went back
 */
export async function recordSetback(
  sql: Database,
  holding: Holding,
  counted: CountedUpTo | null,
): Promise<boolean> {
  const { shard, position } = holding
  if (counted) {
    // Within a millisecond no more than one batch was counted.
    const jump = VERSIONS_SPARE + Math.max(0, counted.position.ms - position.ms)
    await sql`
      INSERT INTO setbacks (shard, counted, position, jump, lost_before)
      SELECT ${shard}::smallint, ${formatCounted(counted)}, ${formatPosition(position)}, ${jump}::bigint,
        (SELECT COALESCE(sum(lost), 0) FROM books WHERE shard = ${shard}::smallint)
      WHERE ${isHolding(sql, holding)}
      ON CONFLICT (shard) WHERE mended_at IS NULL DO UPDATE
      SET at = now(), counted = EXCLUDED.counted, position = EXCLUDED.position, jump = setbacks.jump + EXCLUDED.jump
      WHERE setbacks.counted <> EXCLUDED.counted`
  }
  const [row] = await sql`SELECT shard FROM setbacks WHERE shard = ${shard} AND mended_at IS NULL`
  return row !== undefined
}

/** What Redis says of a shard, if by that Postgres has lost what it had counted. */
export function behindOf(
  counted: CountedUpTo | null,
  { position }: Pick<Counter, "position">,
): CountedUpTo | null {
  return counted && comparePositions(position, counted.position) < 0 ? counted : null
}

export function logSetback(log: Log, counter: Counter, counted: CountedUpTo): void {
  const { shard, position } = counter.holding()
  log.error(
    { shard, position: formatPosition(position), counted: formatCounted(counted) },
    "Postgres went back: it has lost what was counted after its position",
  )
}

/** To be called when all is restored. */
export async function mended(sql: Database, log: Log, counter: Counter): Promise<void> {
  const holding = counter.holding()
  const lost = await recordMended(sql, holding)
  log.error(
    { shard: holding.shard, lost },
    "Postgres had gone back: the shard is counted again, and what is lost is booked",
  )
}

/**
 * Records that the inbox is equal to Postgres again. The versions of tallies went back with Postgres: they jump ahead, so that
 * whoever looks on sees what is true now.
 * @returns how many ballots were booked as lost
 */
async function recordMended(sql: Database, holding: Holding): Promise<number> {
  const { shard } = holding
  const [row] = await sql`
    WITH mended AS (
      UPDATE setbacks SET mended_at = now(),
        lost = (SELECT COALESCE(sum(lost), 0) FROM books WHERE shard = ${shard}) - lost_before
      WHERE shard = ${shard} AND mended_at IS NULL AND ${isHolding(sql, holding)} RETURNING lost, jump
    ), raised AS (
      UPDATE books SET version = version + jump FROM mended WHERE shard = ${shard} RETURNING poll
    )
    SELECT (SELECT lost FROM mended) AS lost, (SELECT count(pg_notify('tallyroom_tally', poll::text)) FROM raised) AS told`
  return Number(row?.lost ?? 0)
}

/** The state of counting, as far as Postgres knows it. */

import type { Database } from "@tallyroom/lib/database"
import { z } from "zod"
import { isAlive } from "../../database/alive-workers"
import { withDeadline } from "../../database/deadline"

/** The time over which votes a second are averaged. */
const RATE_SECONDS = 60
const SET_ASIDE_SHOWN = 20
const SETBACK_SHOWN_DAYS = 7

const count = z.coerce.number()
const moment = z.date().transform((date) => date.toISOString())
const healthSchema = z.object({
  votesPerSecond: count,
  /** Of the last days: how long ago (ms) Postgres was last found to have gone back, and how many ballots were lost with it. */
  setback: z.object({ ago: count, lost: count }).nullable(),
  shards: z.array(
    z.object({
      shard: z.number(),
      /** The worker that counts the shard; null while none does. */
      holder: z.string().nullable(),
      /** Milliseconds since the latest counted ballot was accepted, rounded to seconds; null before the first ballot. */
      latest: count.nullable(),
      /** Milliseconds since the moment up to which all accepted ballots are counted; null before the first entry. */
      behind: count.nullable(),
      /** How many ballots are known to be accepted and are not counted yet. */
      waiting: count,
    }),
  ),
  workers: z.array(z.object({ id: z.string(), alive: z.boolean(), shards: z.array(z.number()) })),
  setAside: z.array(
    z.object({
      shard: z.number(),
      poll: z.string().nullable(),
      reason: z.enum(["late", "undecodable", "poll-unknown", "option-unknown", "uncountable"]),
      raw: z.string().nullable(),
      at: moment,
    }),
  ),
})

export type Health = z.infer<typeof healthSchema>

export async function readHealth(sql: Database): Promise<Health> {
  const [rate, setbacks, shards, workers, setAside] = await withDeadline(
    Promise.all([readRate(sql), readSetback(sql), readShards(sql), readWorkers(sql), readSetAside(sql)]),
  )
  const setback = setbacks[0] ?? null
  return healthSchema.parse({ votesPerSecond: rate[0]?.rate, setback, shards, workers, setAside })
}

/** The statement reads by poll, so that it can use the primary key of the timeline. */
function readRate(sql: Database) {
  return sql`
    SELECT COALESCE(sum(votes), 0)::float / ${RATE_SECONDS} AS rate
    FROM polls JOIN timeline ON poll = number AND second > extract(epoch FROM now()) - ${RATE_SECONDS} AND votes > 0
    WHERE state <> 'draft' AND final_at IS NULL`
}

/** Each shard has a record of its own. */
function readSetback(sql: Database) {
  return sql`
    SELECT (extract(epoch FROM now() - max(at)) * 1000)::bigint AS ago, sum(lost) AS lost FROM setbacks
    WHERE at > now() - ${SETBACK_SHOWN_DAYS} * interval '1 day' HAVING count(*) > 0`
}

/**
 * Whether the shard is its holder's. A commit renews it, and nobody else sees that before the commit is over: while its holder lives, a
 * shard whose lease seems to have run out is its holder's still.
 */
const isHeld = (sql: Database) => sql`
  (lease_until > now() OR holder IN (SELECT id FROM workers WHERE ${isAlive(sql)}))`

/** The position of a shard moves not only by ballots, so the timeline tells when the latest ballot came. */
function readShards(sql: Database) {
  return sql`
    SELECT shard, CASE WHEN ${isHeld(sql)} THEN holder END AS holder,
      CASE WHEN ms > 0 THEN GREATEST(0, extract(epoch FROM now()) * 1000 - ms)::bigint END AS behind,
      (SELECT (extract(epoch FROM now()) - max(newest.second))::bigint * 1000
        FROM polls CROSS JOIN LATERAL (SELECT second FROM timeline
          WHERE poll = polls.number AND timeline.shard = shards.shard ORDER BY second DESC LIMIT 1) AS newest) AS latest,
      COALESCE((SELECT sum(accepted - counted - replaced - late - set_aside - lost - copies)
        FROM books WHERE books.shard = shards.shard), 0) AS waiting
    FROM shards ORDER BY shard`
}

function readWorkers(sql: Database) {
  return sql`
    SELECT id, ${isAlive(sql)} AS alive,
      COALESCE((SELECT jsonb_agg(shard ORDER BY shard) FROM shards
        WHERE holder = workers.id AND ${isHeld(sql)}), '[]') AS shards
    FROM workers ORDER BY seen_at DESC, id`
}

function readSetAside(sql: Database) {
  return sql`
    SELECT shard, polls.id AS poll, reason, raw, at FROM set_aside LEFT JOIN polls ON polls.number = set_aside.poll
    ORDER BY at DESC, ms DESC, seq DESC LIMIT ${SET_ASIDE_SHOWN}`
}

/** Thousands of open polls at once, and votes that are spread over all of them. */

import type { Database } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { newSalt, pollColumns, readPollRow } from "@tallyroom/lib/polls/rows"
import { textArray } from "@tallyroom/lib/postgres-array"
import type { Redis } from "ioredis"
import { waitFor } from "../../services/wait"
import { DEFAULT_SHARDS } from "./poll"

const DEADLINE_MS = 300_000
/** Nobody is asked in one call for more keys. */
const KEYS_A_CALL = 1_000

/** Makes so many open polls with the options of the first one. @returns them, as Postgres has them */
export async function makePolls(sql: Database, count: number): Promise<Poll[]> {
  const salts = Array.from({ length: count }, () => newSalt())
  const rows = await sql`
    INSERT INTO polls (id, title, options, policy, state, results, eligibility, salt)
    SELECT 'poll-' || n, 'Poll ' || n, options, policy, 'open', results, eligibility, made.salt
    FROM polls, unnest(${textArray(salts)}::text[]) WITH ORDINALITY AS made(salt, n) WHERE is_default
    RETURNING ${pollColumns(sql)}`
  return rows.flatMap((row) => readPollRow(row) ?? [])
}

/** Settles once every shard has a copy of each poll. */
export async function untilCopied(redis: Redis, polls: readonly Poll[]): Promise<void> {
  for (let shard = 0; shard < DEFAULT_SHARDS; shard++) {
    for (let from = 0; from < polls.length; from += KEYS_A_CALL) {
      const places = polls.slice(from, from + KEYS_A_CALL).map(({ id }) => keys.poll(shard, id))
      const areThere = async () => (await redis.exists(...places)) === places.length
      await waitFor(`the copies of polls in shard ${shard}`, areThere, DEADLINE_MS)
    }
  }
}

/** Has all of them close at once, a moment later. @returns how many seconds after it all were final, and all outcomes stored */
export async function closeAll(sql: Database, polls: readonly Poll[]) {
  const [row] = await sql`
    WITH closing AS (
      UPDATE polls SET closes_at = now() + interval '2 seconds', revision = revision + 1
      WHERE id LIKE 'poll-%' RETURNING closes_at
    )
    SELECT (extract(epoch FROM max(closes_at)) * 1000)::bigint AS at FROM closing`
  const at = Number(row?.at)
  const since = () => (Date.now() - at) / 1_000
  const untilAll = (what: string, counted: () => Promise<number>) =>
    waitFor(what, async () => (await counted()) === polls.length && since(), DEADLINE_MS)
  const final = await untilAll("all polls to be final", async () => {
    const [found] = await sql`SELECT count(*) AS polls FROM polls WHERE id LIKE 'poll-%' AND state = 'final'`
    return Number(found?.polls)
  })
  const stored = await untilAll("all outcomes", async () => {
    const [found] = await sql`SELECT count(*) AS outcomes FROM outcomes`
    return Number(found?.outcomes)
  })
  return { final, stored }
}

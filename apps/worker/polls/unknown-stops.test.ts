/** What workers of before migration 0017 recorded of stops that had not happened, as a forged marker in a broker's stream told them. */

import { expect, test } from "bun:test"
import { SHARDS, startWorker } from "../../../scripts/services/apps/worker-in-process"
import { becomes } from "../../../tests/harness/becomes"
import { useStores } from "../../../tests/harness/stores"
import { openBooth, openPoll } from "../../../tests/harness/tallyroom"

const stores = useStores()
const GREATEST = 2_147_483_647

test("a stop that was recorded before it happened ends no poll early, and keeps none from its end", async () => {
  const before = await startWorker(stores())
  const booth = await openBooth(stores())
  await openPoll(before.sql, booth.redis, "early")
  await openPoll(before.sql, booth.redis, "never")
  await before.sql`
    INSERT INTO closings (poll, shard, ms, seq, stop)
    SELECT number, shard, 0, 0, CASE id WHEN 'early' THEN 1 ELSE ${GREATEST}::integer END
    FROM polls, generate_series(0, ${SHARDS - 1}::integer) AS shard WHERE id IN ('early', 'never')`
  await before.stop()

  const { sql } = await startWorker(stores())
  expect(await sql`SELECT FROM closings`).toHaveLength(0)
  await sql`UPDATE polls SET state = 'closed', revision = revision + 1 WHERE id IN ('early', 'never')`
  const ends = async () => {
    const rows = await sql`SELECT id, state, closed_at IS NOT NULL AS confirmed FROM polls
      WHERE id IN ('early', 'never') ORDER BY id`
    return rows.map(({ id, state, confirmed }) => [id, state, confirmed])
  }
  await becomes(ends, [
    ["early", "final", true],
    ["never", "final", true],
  ])
})

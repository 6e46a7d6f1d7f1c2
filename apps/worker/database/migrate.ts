/** Brings the schema up to date. Any number of workers may start at once: one migrates, the others wait. */

import { type Database, patiently } from "@tallyroom/lib/database"
import tallyRoom from "./migrations/0001_tally_room.sql" with { type: "text" }
import archiveAndDelete from "./migrations/0002_archive_and_delete.sql" with { type: "text" }
import streams from "./migrations/0003_logs.sql" with { type: "text" }
import replacedVotes from "./migrations/0004_replaced_votes.sql" with { type: "text" }
import lastCounted from "./migrations/0005_log_last.sql" with { type: "text" }
import lifeOfAPoll from "./migrations/0006_life_of_a_poll.sql" with { type: "text" }
import pollOrder from "./migrations/0007_poll_order.sql" with { type: "text" }
import words from "./migrations/0008_words.sql" with { type: "text" }
import losses from "./migrations/0009_losses.sql" with { type: "text" }
import readUntil from "./migrations/0010_read_until.sql" with { type: "text" }
import madeStreams from "./migrations/0011_streams.sql" with { type: "text" }
import copies from "./migrations/0012_copies.sql" with { type: "text" }
import knew from "./migrations/0013_knew.sql" with { type: "text" }
import epoch from "./migrations/0014_epoch.sql" with { type: "text" }

/** In the order in which they are applied. One that was released never changes. */
const MIGRATIONS = [
  { name: "0001_tally_room", text: tallyRoom },
  { name: "0002_archive_and_delete", text: archiveAndDelete },
  { name: "0003_logs", text: streams },
  { name: "0004_replaced_votes", text: replacedVotes },
  { name: "0005_log_last", text: lastCounted },
  { name: "0006_life_of_a_poll", text: lifeOfAPoll },
  { name: "0007_poll_order", text: pollOrder },
  { name: "0008_words", text: words },
  { name: "0009_losses", text: losses },
  { name: "0010_read_until", text: readUntil },
  { name: "0011_streams", text: madeStreams },
  { name: "0012_copies", text: copies },
  { name: "0013_knew", text: knew },
  { name: "0014_epoch", text: epoch },
]

/** Any number, as long as nobody else uses it in this database. */
const MIGRATION_LOCK = 7_411_300

/** @returns the names of the migrations that were applied now. */
export async function migrate(sql: Database): Promise<string[]> {
  return patiently(sql, applyMissing)
}

/** Changing a large table takes long, and so does waiting for another worker that does. */
function applyMissing(sql: Database): Promise<string[]> {
  return sql.begin(async (transaction) => {
    await transaction`SET LOCAL statement_timeout = 0`
    await transaction`SET LOCAL lock_timeout = 0`
    await transaction`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`
    await transaction`CREATE TABLE IF NOT EXISTS migrations (
      name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`
    const applied = new Set((await transaction`SELECT name FROM migrations`).map((row) => row.name))
    const missing = MIGRATIONS.filter(({ name }) => !applied.has(name))
    for (const { name, text } of missing) {
      await transaction.unsafe(text)
      await transaction`INSERT INTO migrations (name) VALUES (${name})`
    }
    return missing.map(({ name }) => name)
  })
}

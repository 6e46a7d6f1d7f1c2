/** Sets the database up: on an empty one the kind of inbox and the number of shards, for good, and the first polls. */

import { PETS, PETS_POLL } from "@tallyroom/lib/contracts/pets"
import type { Database } from "@tallyroom/lib/database"
import type { InboxKind } from "@tallyroom/lib/inbox/brokers"
import { newSalt } from "@tallyroom/lib/polls/rows"

/** A setting contradicts what the first start fixed for the life of the data. */
export class SettingFixed extends Error {
  override readonly name = "SettingFixed"
}

/** @throws {SettingFixed} when the data was made with an inbox of another kind. */
export async function ensureInbox(sql: Database, inbox: InboxKind): Promise<void> {
  await sql`UPDATE room SET inbox = ${inbox} WHERE NOT EXISTS (SELECT FROM shards)`
  const [row] = await sql`SELECT inbox FROM room`
  if (row?.inbox === inbox) return
  throw new SettingFixed(
    `INBOX_URL leads to ${inbox}, but this database was made with an inbox in ${row?.inbox}, which can't change: set INBOX_URL to that.`,
  )
}

/** @throws {SettingFixed} when the data was made with another number of shards. */
export async function ensureShards(sql: Database, shards: number): Promise<void> {
  const found = await sql.begin(async (transaction) => {
    await transaction`LOCK TABLE shards IN SHARE ROW EXCLUSIVE MODE`
    await transaction`INSERT INTO shards (shard) SELECT generate_series(0, ${shards - 1}::integer)
      WHERE NOT EXISTS (SELECT FROM shards)`
    const [row] = await transaction`SELECT count(*)::integer AS shards FROM shards`
    return Number(row?.shards)
  })
  if (found !== shards) {
    throw new SettingFixed(
      `INBOX_SHARDS is ${shards}, but this database was made with ${found}, which can't change: set INBOX_SHARDS=${found}.`,
    )
  }
}

/** Stores for how long closing a poll can be undone. The worker that started last decides. */
export async function ensureFinalAfter(sql: Database, seconds: number): Promise<void> {
  await sql`UPDATE room SET final_after = ${seconds} WHERE final_after <> ${seconds}`
}

/** What the poll `cats-vs-dogs` asks. */
export function firstPoll({ a, b }: { a: string; b: string }) {
  const options = [
    { id: "a", label: a },
    { id: "b", label: b },
  ]
  return { title: `${a} vs ${b}`, options }
}

/** Creates `cats-vs-dogs`, open and the default, unless there is any poll or ever was one. */
export async function ensureClassicPoll(sql: Database, labels: { a: string; b: string }): Promise<void> {
  const { title, options } = firstPoll(labels)
  await sql`INSERT INTO polls (id, title, options, policy, state, results, eligibility, salt, is_default)
    SELECT 'cats-vs-dogs', ${title}, ${JSON.stringify(options)}::text::jsonb,
      'final', 'open', 'live', 'browser', ${newSalt()}, true
    WHERE NOT EXISTS (SELECT FROM polls) AND NOT EXISTS (SELECT FROM deleted_polls) ON CONFLICT DO NOTHING`
}

/** Creates the poll of the pets contract, open, unless it exists or ever did. */
export async function ensurePetsPoll(sql: Database): Promise<void> {
  await sql`INSERT INTO polls (id, title, options, policy, state, results, eligibility, salt)
    SELECT ${PETS_POLL}, 'Dogs, cats or lizards?', ${JSON.stringify(PETS)}::text::jsonb,
      'changeable', 'open', 'live', 'browser', ${newSalt()}
    WHERE NOT EXISTS (SELECT FROM deleted_polls WHERE id = ${PETS_POLL}) ON CONFLICT DO NOTHING`
}

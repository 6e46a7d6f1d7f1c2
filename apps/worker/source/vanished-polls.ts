/**
 * Polls that stand in Redis, and that Postgres does not know, as it went back to before they were made. Nobody counts what vote
 * takes for them: so they go. Their numbers may be given to other polls now, and ballots in the inbox name polls by number.
 */

import type { Database } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import { numberArray } from "@tallyroom/lib/postgres-array"
import type { Redis } from "ioredis"
import { type Instance, instanceColumn } from "../database/instance"
import type { SourceParts } from "./source"

/** How many keys Redis looks at in one go. */
const KEYS_A_LOOK = 1_000
/** How many copies are asked for together: one after the other, thousands would take seconds. */
const COPIES_AT_ONCE = 500

type Copy = { id: string; number: number; salt: string | null; isTombstone: boolean; accepted: number }

/** Removes them from a shard in Redis, and sees to it that no other poll has, or ever gets, a number of theirs. */
export async function removeVanished(
  { redis, sql, polls: { instance }, log }: Pick<SourceParts, "redis" | "sql" | "polls" | "log">,
  shard: number,
): Promise<void> {
  const vanished = await vanishedFrom(sql, instance, await readCopies(redis, shard))
  if (vanished.length === 0) return
  const polls = vanished.filter(({ isTombstone }) => !isTombstone)
  await keepNumbersFree(
    sql,
    polls.map(({ number }) => number),
  )
  for (const { id } of vanished) await redis.unlink(keys.poll(shard, id), keys.voters(shard, id))
  if (polls.length > 0) {
    const named = polls.map(({ id, accepted }) => ({ poll: id, accepted }))
    log.error(
      { shard, polls: named },
      "Postgres went back: it does not know these polls, and their votes are gone",
    )
  }
}

async function readCopies(redis: Redis, shard: number): Promise<Copy[]> {
  const prefix = keys.poll(shard, "")
  const ids = new Set<string>()
  for (let cursor = "0"; ; ) {
    const [next, found] = await redis.scan(cursor, "MATCH", `${prefix}*`, "COUNT", KEYS_A_LOOK)
    for (const key of found) ids.add(key.slice(prefix.length))
    if (next === "0") break
    cursor = next
  }
  const named = [...ids]
  const copies: Copy[] = []
  for (let from = 0; from < named.length; from += COPIES_AT_ONCE) {
    const some = named.slice(from, from + COPIES_AT_ONCE)
    const read = await Promise.all(some.map((id) => readCopy(redis, shard, id)))
    copies.push(...read.filter((copy) => copy !== null))
  }
  return copies
}

/** Null for garbage, which is mended elsewhere. */
async function readCopy(redis: Redis, shard: number, id: string): Promise<Copy | null> {
  const fields = redis.hmget(keys.poll(shard, id), "number", "poll", "state", "accepted")
  const [number, json, state, accepted] = await fields.catch(() => [])
  if (!/^\d{1,10}$/.test(number ?? "")) return null
  const salt = /"salt":"([^"]+)"/.exec(json ?? "")?.[1] ?? null
  return {
    id,
    number: Number(number),
    salt,
    isTombstone: state === "deleted",
    accepted: Number(accepted) || 0,
  }
}

/** Those that Postgres knows neither as they are nor as deleted; a tombstone, if its poll is there and nobody deletes it. */
async function vanishedFrom(sql: Database, instance: Instance, copies: Copy[]): Promise<Copy[]> {
  if (copies.length === 0) return []
  const [polls, deleted] = await Promise.all([
    sql`
      SELECT number, id, salt, deleting_at IS NOT NULL AS deleting, asked.instance
      FROM (SELECT ${instanceColumn(sql)}) AS asked LEFT JOIN polls ON true`,
    sql`SELECT number FROM deleted_polls WHERE number = ANY(${numberArray(copies.map(({ number }) => number))}::integer[])`,
  ])
  instance.verify(polls[0]?.instance)
  const byNumber = new Map(polls.map((row) => [Number(row.number), row]))
  const gone = new Set(deleted.map(({ number }) => Number(number)))
  return copies.filter(({ id, number, salt, isTombstone }) => {
    const poll = byNumber.get(number)
    if (isTombstone) return poll?.id === id && !poll?.deleting
    return !gone.has(number) && (poll?.id !== id || (salt !== null && salt !== poll?.salt))
  })
}

/** A poll that got such a number since has no votes yet: it takes another. */
export async function keepNumbersFree(sql: Database, numbers: number[]): Promise<void> {
  if (numbers.length === 0) return
  await sql.begin(async (transaction) => {
    await transaction`LOCK TABLE polls IN SHARE ROW EXCLUSIVE MODE`
    await transaction`
      SELECT setval(numbers, ${Math.max(...numbers)})
      FROM (SELECT pg_get_serial_sequence('polls', 'number')::regclass AS numbers) AS sequence
      WHERE COALESCE(pg_sequence_last_value(numbers), 0) < ${Math.max(...numbers)}`
    await transaction`
      UPDATE polls SET number = DEFAULT, revision = revision + 1
      WHERE number = ANY(${numberArray(numbers)}::integer[]) AND NOT EXISTS (SELECT FROM votes WHERE poll = number)`
  })
}

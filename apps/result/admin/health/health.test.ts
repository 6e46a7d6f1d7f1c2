import { beforeAll, expect, test } from "bun:test"
import type { Database } from "@tallyroom/lib/database"
import { useStores } from "../../../../tests/harness/stores"
import { definition, openTables, type ResultApp, startResultApp } from "../../testing/result"
import { readHealth } from "./health"

const MINUTE_S = 60

const stores = useStores()
let sql: Database
let result: ResultApp

beforeAll(async () => {
  sql = await openTables(stores())
  result = await startResultApp(stores())
  await sql`INSERT INTO shards (shard, ms, seq) SELECT i, extract(epoch FROM now()) * 1000 - 5000, 1 FROM generate_series(0, 1) i`
})

const secondsAgo = (ms: number | null | undefined) => (ms == null ? ms : Math.round(ms / 1_000))

test("a shard whose position moved has no latest ballot before one was counted there", async () => {
  const [first, second] = (await readHealth(sql)).shards
  expect([first?.latest, second?.latest]).toEqual([null, null])
  expect(secondsAgo(first?.behind)).toBeGreaterThanOrEqual(5)
})

test("the latest ballot of a shard is that of any of its polls, and of no other shard", async () => {
  for (const id of ["old", "new"]) await result.send("POST", "/api/polls", definition(id))
  const add = (poll: string, shard: number, ago: number) => sql`
    INSERT INTO timeline (poll, shard, second, option, votes)
    SELECT number, ${shard}, extract(epoch FROM now())::bigint - ${ago}, 'a', 6 FROM polls WHERE id = ${poll}`
  await add("new", 0, 10 * MINUTE_S)
  await add("old", 0, MINUTE_S - 20)
  const { shards, votesPerSecond } = await readHealth(sql)
  expect(secondsAgo(shards[0]?.latest)).toBeWithin(39, 50)
  expect(shards[1]?.latest).toBeNull()
  expect(votesPerSecond).toBeCloseTo(0.1)
})

test("dead letters of every kind are shown", async () => {
  const reasons = ["late", "undecodable", "poll-unknown", "option-unknown", "uncountable"]
  for (const [seq, reason] of reasons.entries()) {
    await sql`INSERT INTO set_aside (shard, ms, seq, reason) VALUES (0, 1, ${seq}, ${reason})`
  }
  const { setAside } = await readHealth(sql)
  expect(setAside.map(({ reason }) => String(reason)).sort()).toEqual(reasons.sort())
})

test("a shard is its holder's while that lives, however long its commit takes, and nobody's after that", async () => {
  const [slow, dead] = [crypto.randomUUID(), crypto.randomUUID()]
  await sql`INSERT INTO workers (id, seen_at) VALUES (${slow}, now()), (${dead}, now() - interval '20 seconds')`
  await sql`UPDATE shards SET holder = ${slow}, lease_until = now() - interval '3 seconds' WHERE shard = 0`
  await sql`UPDATE shards SET holder = ${dead}, lease_until = now() - interval '3 seconds' WHERE shard = 1`
  const { shards, workers } = await readHealth(sql)
  expect(shards.map(({ holder }) => holder)).toEqual([slow, null])
  expect(workers).toEqual([
    { id: slow, alive: true, shards: [0] },
    { id: dead, alive: false, shards: [] },
  ])
})

test("a Postgres that went back is told, with what was lost in all shards", async () => {
  expect((await readHealth(sql)).setback).toBeNull()
  await sql`
    INSERT INTO setbacks (shard, at, counted, position, jump, lost_before, mended_at, lost)
    SELECT i, now() - interval '1 minute', '2-0', '1-0', 0, 0, now(), 20 + i FROM generate_series(0, 1) i`
  const { setback } = await readHealth(sql)
  expect(setback?.lost).toBe(41)
  expect(secondsAgo(setback?.ago)).toBeWithin(59, 75)
})

import { beforeAll, expect, test } from "bun:test"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { ONE_OPTION } from "@tallyroom/lib/polls/ballot-method"
import { SCHEMA } from "@tallyroom/lib/postgres/schema"
import { startWorkerProcess } from "../../../scripts/services/apps/start-apps"
import { startWorker } from "../../../scripts/services/apps/worker-in-process"
import { becomes } from "../../../tests/harness/becomes"
import { useStores } from "../../../tests/harness/stores"
import { openBooth, openPoll, voter } from "../../../tests/harness/tallyroom"
import { Tables } from "../../result/database/tables"
import { ensureShards } from "./first-start"
import { MIGRATIONS, type Migration, migrate } from "./migrate"

const stores = useStores()
let sql: Database

beforeAll(() => {
  sql = openDatabase(stores().database.workerUrl, { name: "test", connections: 2 })
  stores().defer(() => sql.end({ timeout: 1 }))
})

/** A migration that only adds, and one that a version which doesn't know it would do wrong by. */
const EXPAND: Migration = {
  name: "9001_expand",
  text: "ALTER TABLE votes ADD COLUMN place text",
  oldest: SCHEMA,
}
const CONTRACT: Migration = {
  name: "9002_contract",
  text: "ALTER TABLE votes DROP COLUMN place",
  oldest: 9002,
}
const REFUSAL = `The database has the migration 9002_contract, which asks for a version that knows 9002; this version knows them up to ${String(SCHEMA).padStart(4, "0")}. Start a newer version: a schema does not go back (docs/upgrading.md).`

async function tally(): Promise<unknown> {
  const [row] = await sql`SELECT (SELECT sum(replaced)::integer FROM books) AS replaced,
    (SELECT count(*)::integer FROM replaced_votes) AS kept, (SELECT count(*)::integer FROM vote_history) AS history`
  return row
}

test("the number of the schema is that of the last migration, and each says beside which versions it may run", () => {
  expect(MIGRATIONS.map(({ name }) => Number.parseInt(name, 10))).toEqual(
    Array.from({ length: SCHEMA }, (_, i) => i + 1),
  )
  for (const { name, oldest } of MIGRATIONS)
    expect([name, oldest > 0 && oldest <= Number.parseInt(name, 10)]).toEqual([name, true])
})

test("a migration that must wait for a long reader gives way, so that others are served, and is applied once the reader is gone", async () => {
  await migrate(sql)
  await ensureShards(sql, 4)
  const slow: Migration = {
    name: "9000_slow",
    text: "ALTER TABLE shards ADD COLUMN place text",
    oldest: SCHEMA,
  }
  const dump = openDatabase(stores().database.workerUrl, { name: "test", connections: 1 })
  stores().defer(() => dump.end({ timeout: 1 }))
  await dump.begin(async (reading) => {
    await reading`SELECT FROM shards`
    await expect(migrate(sql, [...MIGRATIONS, slow])).rejects.toThrow("lock timeout")
    expect(await sql`SELECT FROM shards`).toHaveLength(4)
  })
  expect(await migrate(sql, [...MIGRATIONS, slow])).toMatchObject({ applied: [slow.name] })
})

test("the first poll whose ballots say more than one option shuts out the workers that would set these aside", async () => {
  const result = openDatabase(stores().database.resultUrl, { name: "test", connections: 1 })
  stores().defer(() => result.end({ timeout: 1 }))
  await sql`DELETE FROM migrations WHERE name > '9'`
  const [older, newer] = [crypto.randomUUID(), crypto.randomUUID()]
  await sql`INSERT INTO workers (id, schema, seen_at) VALUES (${older}, 19, now()), (${newer}, ${SCHEMA}, now())`
  await sql`UPDATE shards SET holder = CASE WHEN shard < 2 THEN ${older}::uuid ELSE ${newer}::uuid END`
  const holders = async () =>
    (await sql`SELECT holder FROM shards ORDER BY shard`).map(({ holder }) => holder as string | null)
  const make = (id: string, ballot: object) => result`
    INSERT INTO polls (id, title, options, ballot, policy, results, eligibility, salt)
    VALUES (${id}, ${id}, '[]', ${JSON.stringify(ballot)}::text::jsonb, 'final', 'live', 'browser', 'salt')`

  await make("plain", ONE_OPTION)
  expect(await holders()).toEqual([older, older, newer, newer])
  await make("several", { ...ONE_OPTION, max: 2 })
  expect(await holders()).toEqual([null, null, newer, newer])
  await sql`INSERT INTO workers (id, schema, seen_at) VALUES (${crypto.randomUUID()}, 19, now())`
  expect(await sql`SELECT id FROM workers`).toHaveLength(1)
  await make("more", { ...ONE_OPTION, abstain: true })
  expect(await holders()).toEqual([null, null, newer, newer])
  expect(await sql`SELECT oldest FROM migrations WHERE name LIKE '0020%'`).toMatchObject([{ oldest: 20 }])
  await sql`UPDATE shards SET holder = NULL`
  await sql`DELETE FROM workers`
})

test("a worker goes on beside a newer version that only added, and counts nothing beside one that did more", async () => {
  const at = await startWorker(stores())
  await at.ready()
  const booth = await openBooth(stores())
  await openPoll(sql, booth.redis, "change", { policy: "changeable" })
  const vote = async (option: string) => {
    for (let i = 0; i < 20; i++) await booth.cast("change", voter(`v${i}`), option)
  }

  expect(await migrate(sql, [...MIGRATIONS, EXPAND])).toMatchObject({ applied: [EXPAND.name] })
  await vote("a")
  await vote("b")
  await becomes(tally, { replaced: 20, kept: 20, history: 40 })
  expect(at.worker.readiness()).toEqual({})
  const beside = await startWorkerProcess(stores())
  await beside.app.waitReady()
  await beside.app.stop(10_000)

  await migrate(sql, [...MIGRATIONS, EXPAND, CONTRACT])
  await vote("a")
  await becomes(() => at.worker.readiness().schema, REFUSAL)
  const held = await sql`SELECT FROM shards WHERE holder IS NOT NULL`
  expect([held.length, await tally()]).toEqual([0, { replaced: 20, kept: 20, history: 40 }])

  const newer = crypto.randomUUID()
  await sql`INSERT INTO workers (id, schema, seen_at) VALUES (${newer}, 9002, now())`
  expect(await sql`UPDATE shards SET holder = ${newer} RETURNING shard`).toHaveLength(4)
  expect(await sql`SELECT id FROM workers`).toHaveLength(1)
})

test("a version that the schema is too new for refuses to start, and result says why it waits", async () => {
  await migrate(sql, [...MIGRATIONS, EXPAND, CONTRACT])
  await expect(migrate(sql)).rejects.toThrow(REFUSAL)
  const worker = await startWorkerProcess(stores())
  expect(await worker.app.exited).toBe(1)
  const said: string[] = []
  const tables = new Tables({ info: () => {}, warn: (line: unknown) => void said.push(String(line)) })
  const result = openDatabase(stores().database.resultUrl, { name: "test", connections: 1 })
  stores().defer(() => result.end({ timeout: 1 }))
  expect([await tables.areReady(result), tables.problem, said]).toEqual([false, REFUSAL, [REFUSAL]])
})

test("a migration of an unknown version that says nothing of others is refused, too", async () => {
  await sql`UPDATE migrations SET oldest = NULL WHERE name = ${CONTRACT.name}`
  await expect(migrate(sql)).rejects.toThrow("The database has the migration 9002_contract; this version")
})

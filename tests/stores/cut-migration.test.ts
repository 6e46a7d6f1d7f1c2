/** Migrations for which Postgres has no room, in whose midst it dies, or beside which another version starts. */

import { afterEach, expect, test } from "bun:test"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import { Redis } from "ioredis"
import { fillDisk, onEachChange } from "../../apps/result/testing/full-postgres"
import { MIGRATIONS, type Migration, migrate } from "../../apps/worker/database/migrate"
import { startWorkerProcess } from "../../scripts/services/apps/start-apps"
import type { DatabaseUrls } from "../../scripts/services/stores/databases"
import { waitFor } from "../../scripts/services/wait"
import { useStores } from "../harness/stores"

const stores = useStores({ ownPostgres: true })
const opened: Database[] = []
afterEach(async () => {
  for (const sql of opened.splice(0)) await sql.end({ timeout: 1 })
})

/** As after an upgrade: the database is of two migrations ago. */
const BEFORE = MIGRATIONS.slice(0, -2)
const HELD_S = 300
/** Postgres recovers first, and the worker connects anew. */
const READY_MS = 60_000

function open(url: string): Database {
  const sql = openDatabase(url, { name: "test", connections: 1 })
  opened.push(sql)
  return sql
}

/** Each with an empty Redis: one remembers whose inbox it is. */
async function databaseOfBefore(name: string) {
  const redis = new Redis(stores().redis.adminUrl)
  await redis.flushall()
  redis.disconnect()
  const database = await stores().postgres.database(name)
  const [admin, sql] = [open(database.adminUrl), open(database.workerUrl)]
  await migrate(sql, BEFORE)
  return { database, admin, sql }
}

async function startWorker(database: DatabaseUrls) {
  const lines: string[] = []
  const { app, managementUrl } = await startWorkerProcess(
    { ...stores(), database },
    {},
    { onLine: (line) => lines.push(line) },
  )
  return {
    app,
    said: () => lines.join("\n"),
    /** Empty until it listens. */
    readiness: () =>
      fetch(`${managementUrl}/readyz`).then(
        (answer) => answer.text(),
        () => "",
      ),
  }
}

/** Every column, index, function and migration, as text. */
async function schemaOf(sql: Database): Promise<string[]> {
  const rows = await sql`
    SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) AS it
      FROM information_schema.columns WHERE table_schema = current_schema()
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()
    UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
    UNION ALL SELECT name FROM migrations
    ORDER BY it`
  return rows.map(({ it }) => String(it))
}

async function wholeSchema(): Promise<string[]> {
  const { workerUrl } = await stores().postgres.database("whole")
  const sql = open(workerUrl)
  await migrate(sql)
  return schemaOf(sql)
}

test("a worker that finds no room for a migration changes nothing, says what to do, and goes on once there is room", async () => {
  const { database, admin, sql } = await databaseOfBefore("no_room")
  const before = await schemaOf(sql)
  const makeRoom = await fillDisk(admin, "migrations")
  const worker = await startWorker(database)
  const told = /No space left on device: make room on the disk of Postgres/
  await waitFor("the worker to say what it lacks", async () => told.test(await worker.readiness()))
  await waitFor("its log to say it, too", () =>
    worker.said().includes("trying again (make room on the disk of Postgres)"),
  )
  // The table and the trigger that fill the disk are the superuser's, in the same schema.
  expect((await schemaOf(sql)).filter((it) => !/on_full_disk|before_change/.test(it))).toEqual(before)
  await makeRoom()
  await worker.app.waitReady()
  expect(await schemaOf(sql)).toEqual(await wholeSchema())
  await worker.app.stop(10_000)
})

test("a migration in whose midst Postgres is killed is undone, and done whole by the worker that waits", async () => {
  const { database, admin, sql } = await databaseOfBefore("killed")
  const before = await schemaOf(sql)
  const release = await onEachChange(admin, `PERFORM pg_sleep(${HELD_S});`, "migrations")
  const worker = await startWorker(database)
  await waitFor("the migration to be under way", async () => {
    const held =
      await admin`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`
    return held.length === 1
  })
  await stores().postgres.kill9()
  await stores().postgres.start()
  await release()
  await worker.app.waitReady(undefined, READY_MS)
  const after = await schemaOf(sql)
  expect(after).toEqual(await wholeSchema())
  expect(after.length).toBeGreaterThan(before.length)
  await worker.app.stop(10_000)
}, 120_000)

/** Waits until somebody takes an advisory lock, and changes what this version would do wrong by. */
const NEWER: Migration = {
  name: "9001_newer",
  text: `ALTER TABLE votes ADD COLUMN place text;
    DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 77) LOOP PERFORM pg_sleep(0.02); END LOOP; END $$`,
  oldest: 9001,
}

test("a worker that starts while a newer one migrates waits for it, and then refuses with what to do", async () => {
  const { database, admin, sql } = await databaseOfBefore("beside")
  const newer = migrate(sql, [...MIGRATIONS, NEWER])
  const older = await startWorker(database)
  await waitFor("the older worker to wait for the newer one", async () => {
    const waiting =
      await admin`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`
    return waiting.length === 1
  })
  await admin`SELECT pg_advisory_lock(77)`
  expect((await newer).applied).toContain(NEWER.name)
  expect(await older.app.exited).toBe(1)
  expect(older.said()).toContain("The database has the migration 9001_newer")
  expect(older.said()).toContain("Start a newer version: a schema does not go back (docs/upgrading.md).")
})

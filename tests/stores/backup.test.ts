/** Backups as people make them, and an empty system that is restored from one: nothing of what was counted is missing. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { postgresWithTools } from "../../scripts/backup/drill/postgres-with-tools"
import { openRoom, type Room, takePasswordsAlong, untilReplayed } from "../../scripts/backup/drill/room"
import {
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { castOnce, castUntilAnswered, person } from "../../scripts/services/apps/voters"
import { freePort } from "../../scripts/services/processes/ports"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { startPostgres } from "../../scripts/services/stores/postgres"
import { startRedis } from "../../scripts/services/stores/redis"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { outputOfScript, spawnScript } from "../harness/scripts"

setDefaultTimeout(180_000)
const dir = mkdtempSync(join(tmpdir(), "tallyroom-backup-"))
chmodSync(dir, 0o755)
const backups = join(dir, "backups")
const POLL = "cats-vs-dogs"
const cleanUps: (() => unknown)[] = []
const defer = (cleanUp: () => unknown) => void cleanUps.unshift(cleanUp)
let room: Room
let restoredServer: Pick<OwnStores, "postgres" | "database">
type Ballot = { who: string; receipt: string }
const ballots: Ballot[] = []

beforeAll(async () => {
  room = await openRoom(dir)
  defer(() => room.stop())
})
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp()
  rmSync(dir, { recursive: true, force: true })
})

const environment = (more: Record<string, string> = {}) => ({
  DATABASE_URL: room.database.backupUrl,
  BACKUP_TO: `file://${backups}`,
  BACKUP_SPOOL: join(dir, "spool"),
  BACKUP_SHIP_SECONDS: "1",
  MANAGEMENT_HOST: "127.0.0.1",
  ...more,
})
const backup = (...words: string[]) => outputOfScript("scripts/backup/backup.ts", words, environment())
const restore = (words: string[], more: Record<string, string> = {}) =>
  outputOfScript("scripts/backup/restore.ts", words, environment(more))

async function cast(n: number): Promise<Ballot[]> {
  const cast = Array.from({ length: n }, async () => {
    const who = person()
    const { status, body } = await castUntilAnswered([room.voteUrl], POLL, who, "a")
    expect(status).toBe(201)
    return { who, receipt: body.receipt ?? "" }
  })
  const all = await Promise.all(cast)
  ballots.push(...all)
  await Promise.all(all.map(({ receipt }) => becomes(() => fateOf(room.resultUrl, receipt), "counted")))
  return all
}

async function fateOf(resultUrl: string, receipt: string): Promise<string> {
  const answer = await fetch(`${resultUrl}/api/polls/${POLL}/receipts/${receipt}`)
  return ((await answer.json()) as { status: string }).status
}

/** A Tallyroom of its own on these stores, whose Redis is empty. */
async function openOn(stores: Omit<OwnStores, "redis" | "defer">, name: string) {
  const redis = await startRedis({ dir: join(dir, `redis-${name}`) })
  defer(() => redis.stop())
  const all = { ...stores, redis, defer }
  const worker = await startWorkerProcess(all)
  await worker.app.waitReady()
  const vote = await startVoteProcess(all)
  const result = await startResultProcess(all)
  const urls = { REDIS_URL: redis.workerUrl, DATABASE_URL: stores.database.workerUrl }
  const audit = () => outputOfScript("scripts/data/audit.ts", ["--wait", "--json"], urls)
  return { voteUrl: vote.url, resultUrl: result.url, audit }
}

/** Starts the Postgres that was restored into `name`. */
async function openRestored(name: string) {
  takePasswordsAlong(room.dataDir, join(dir, name))
  const programs = await postgresWithTools()
  const logFile = join(dir, `${name}.log`)
  const postgres = await startPostgres({ dir: join(dir, name), programs, logFile })
  defer(() => postgres.stop())
  await untilReplayed(postgres.adminUrl)
  return { postgres, database: await postgres.database("tallyroom") }
}

test("the server, with all that came behind the backup, is restored into an empty system", async () => {
  await cast(30)
  const taken = await backup()
  expect(taken.err).not.toContain("failed")
  expect(taken).toMatchObject({ code: 0, out: expect.stringMatching(/MB stored in/) })

  const port = String(await freePort())
  const follower = spawnScript(
    "scripts/backup/backup.ts",
    ["--follow"],
    environment({ MANAGEMENT_PORT: port }),
  )
  defer(() => follower.kill())
  const metrics = () =>
    fetch(`http://127.0.0.1:${port}/metrics`).then(
      (it) => it.text(),
      () => "",
    )
  await becomes(metrics, expect.stringMatching(/^tallyroom_backup_wal_receiving\{.*\} 1$/m))
  await cast(20)
  const between = new Date()
  await cast(10)
  const after = new Date()
  await waitFor("WAL of these to be stored", async () => (await walStoredAt()) > after)
  expect(await metrics()).toMatch(/^tallyroom_backup_last_success_timestamp_seconds\{.*\} \d{10}/m)
  follower.kill("SIGTERM")
  expect(await follower.exited).toBe(0)
  await room.destroyPostgres()

  const refused = await restore(["--into", backups])
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("is not empty") })
  const restored = await restore(["--into", join(dir, "anew")])
  expect(restored).toMatchObject({ code: 0, out: expect.stringContaining("is ready") })
  restoredServer = await openRestored("anew")
  const all = await openOn(restoredServer, "anew")
  expect(await all.audit()).toMatchObject({ code: 0 })
  const fates = await Promise.all(ballots.map(({ receipt }) => fateOf(all.resultUrl, receipt)))
  expect(new Set(fates)).toEqual(new Set(["counted"]))
  // Redis knows again who has voted.
  const again = await castOnce(all.voteUrl, POLL, ballots[0]?.who ?? "", "b")
  expect(again?.status).toBe(409)
  expect(readdirSync(join(dir, "anew"))).not.toContain("restored_wal")

  const early = await restore(["--into", join(dir, "early"), "--to", between.toISOString()])
  expect(early).toMatchObject({ code: 0 })
  const { database } = await openRestored("early")
  const sql = new Bun.SQL(database.adminUrl)
  expect(Number((await sql`SELECT sum(votes) AS n FROM tallies`)[0].n)).toBe(50)
  await sql.end()
})

/** When the newest WAL of all was stored. */
async function walStoredAt(): Promise<Date> {
  const { out } = await restore(["--list"])
  const [, time = ""] = /restores up to (\S+)\.$/m.exec(out) ?? []
  return new Date(time)
}

test("the portable copy is restored into an empty database", async () => {
  const { postgres } = restoredServer
  const database = await postgres.database("portable")
  const restored = await restore(["--dump"], { DATABASE_URL: database.workerUrl })
  expect(restored).toMatchObject({ code: 0 })
  const again = await restore(["--dump"], { DATABASE_URL: database.workerUrl })
  expect(again).toMatchObject({ code: 1, err: expect.stringContaining("is not empty") })
  const all = await openOn({ postgres, database }, "portable")
  expect(await all.audit()).toMatchObject({ code: 0 })
  expect(await fateOf(all.resultUrl, ballots[0]?.receipt ?? "")).toBe("counted")
})

test("nothing is restored of what was damaged", async () => {
  const name = readdirSync(backups, { recursive: true })
    .map(String)
    .find((it) => it.includes("base.tar"))
  const path = join(backups, name ?? "")
  const content = readFileSync(path)
  content.writeUInt8(content.readUInt8(content.length >> 1) ^ 1, content.length >> 1)
  writeFileSync(path, content)
  const refused = await restore(["--into", join(dir, "damaged")])
  expect(refused).toMatchObject({
    code: 1,
    err: expect.stringContaining("base.tar.zst is damaged or missing"),
  })
  expect(readdirSync(dir)).not.toContain("damaged")
})

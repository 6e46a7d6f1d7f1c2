/** A receiver of WAL that stops does not fill Postgres's disk, and one that comes back says what is missing. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openRoom, type Room } from "../../scripts/backup/drill/room"
import { freePort } from "../../scripts/services/processes/ports"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { outputOfScript, spawnScript } from "../harness/scripts"

setDefaultTimeout(400_000)
const dir = mkdtempSync(join(tmpdir(), "tallyroom-cut-"))
chmodSync(dir, 0o755)
let room: Room
let admin: InstanceType<typeof Bun.SQL>
/** Its start compiles the script, and asks Postgres. */
const RECEIVING_MS = 60_000
/** The age of backups is looked at each 20 s. */
const BACKUP_MS = 120_000
const followers: ReturnType<typeof spawnScript>[] = []

beforeAll(async () => {
  room = await openRoom(dir)
  admin = new Bun.SQL(room.database.adminUrl)
})
afterAll(async () => {
  for (const follower of followers) follower.kill("SIGKILL")
  await admin.end()
  await room.stop()
  rmSync(dir, { recursive: true, force: true })
})

const environment = (port: number) => ({
  DATABASE_URL: room.database.backupUrl,
  BACKUP_TO: `file://${join(dir, "backups")}`,
  BACKUP_SPOOL: join(dir, "spool"),
  BACKUP_SHIP_SECONDS: "1",
  MANAGEMENT_HOST: "127.0.0.1",
  MANAGEMENT_PORT: String(port),
})

async function follow() {
  const port = await freePort()
  const follower = spawnScript("scripts/backup/backup.ts", ["--follow"], environment(port))
  followers.push(follower)
  const metrics = () => fetch(`http://127.0.0.1:${port}/metrics`).then((it) => it.text())
  const isReceiving = () =>
    metrics().then(
      (text) => /^tallyroom_backup_wal_receiving\{.*\} 1$/m.test(text),
      () => false,
    )
  await waitFor("WAL to be received", isReceiving, RECEIVING_MS)
  return { follower, metrics }
}

const listed = async () =>
  (await outputOfScript("scripts/backup/restore.ts", ["--list"], environment(0))).out
    .split("\n")
    .filter((line) => /\d{8}T\d{6}Z-/.test(line))

async function writeSegments(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await admin`SELECT pg_logical_emit_message(true, 'test', 'something')`
    await admin`SELECT pg_switch_wal()`
  }
  await admin`CHECKPOINT`
}

test("WAL that is not received goes at the limit, and a new backup is taken behind the gap", async () => {
  await admin.unsafe("ALTER SYSTEM SET max_slot_wal_keep_size = '32MB'")
  await admin`SELECT pg_reload_conf()`
  const first = await follow()
  await waitFor("the first backup", async () => (await listed()).length === 1, BACKUP_MS)
  first.follower.kill("SIGTERM")
  expect(await first.follower.exited).toBe(0)
  await writeSegments(5)
  const statusOf = async () => (await admin`SELECT wal_status FROM pg_replication_slots`)[0]?.wal_status
  await becomes(statusOf, "lost")

  const second = await follow()
  expect(await second.metrics()).toMatch(/^tallyroom_backup_wal_cuts_total\{.*\} 1$/m)
  await waitFor("a backup behind the gap", async () => (await listed()).length === 2, BACKUP_MS)
  expect(await statusOf()).not.toBe("lost")
  second.follower.kill("SIGTERM")
  expect(await second.follower.exited).toBe(0)
  const said = await new Response(second.follower.stdout).text()
  expect(said).toContain("Postgres removed WAL before it was received")
  const into = ["--into", join(dir, "anew")]
  expect(await outputOfScript("scripts/backup/restore.ts", into, environment(0))).toMatchObject({ code: 0 })
})

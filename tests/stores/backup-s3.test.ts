/** Encrypted backups in an S3-compatible server. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { generateIdentity, identityToRecipient } from "age-encryption"
import { storageOf } from "../../scripts/backup/configuration/place"
import { readBackupSettings } from "../../scripts/backup/configuration/settings"
import { openRoom, type Room } from "../../scripts/backup/drill/room"
import { type S3Server, startS3 } from "../../scripts/backup/drill/s3-server"
import { measure } from "../../scripts/backup/storage/measure"
import type { Bytes } from "../../scripts/backup/storage/storage"
import { castUntilTaken } from "../../scripts/services/apps/voters"
import { becomes } from "../harness/becomes"
import { outputOfScript } from "../harness/scripts"

setDefaultTimeout(180_000)
const dir = mkdtempSync(join(tmpdir(), "tallyroom-backup-"))
chmodSync(dir, 0o755)
let s3: S3Server
let room: Room

beforeAll(async () => {
  s3 = await startS3(join(dir, "s3"))
  room = await openRoom(dir)
})
afterAll(async () => {
  await room.stop()
  await s3.stop()
  rmSync(dir, { recursive: true, force: true })
})

const storage = (more: Record<string, string> = {}) =>
  storageOf(readBackupSettings({ ...s3.settings, ...more }))

const PIECE = new Uint8Array(1 << 20).fill(7)
async function* pieces(count: number, broken = false): Bytes {
  for (let i = 0; i < count; i++) yield PIECE
  if (broken) throw new Error("the source broke")
}

test("an object that takes several parts comes back as it was, and one that is cut off is none", async () => {
  const written = measure(pieces(40))
  await storage().write("base/large", written.content)
  const read = measure(storage().read("base/large"))
  for await (const _ of read.content);
  expect(read.result()).toEqual(written.result())
  await expect(storage().write("base/broken", pieces(40, true))).rejects.toThrow("the source broke")
  expect((await storage().list("")).map(({ name, bytes }) => [name, bytes])).toEqual([
    ["base/large", 40 << 20],
  ])
  await storage().remove("base/large")
  expect(await storage().list("")).toEqual([])
})

test("a key that is not let in is told in a sentence that says what to correct", async () => {
  const stranger = storage({ AWS_ACCESS_KEY_ID: "nobody" })
  await expect(stranger.list("")).rejects.toThrow(
    /^s3:\/\/room\/drill\/ refuses: InvalidAccessKeyId: .* Correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY\.$/,
  )
})

test("a backup that was encrypted is restored with the private key alone, and old ones go", async () => {
  const identity = await generateIdentity()
  const metricsFile = join(dir, "metrics/backup.prom")
  writeFileSync(join(dir, "identity"), identity, { mode: 0o600 })
  const env = {
    ...s3.settings,
    DATABASE_URL: room.database.backupUrl,
    BACKUP_AGE_RECIPIENTS: await identityToRecipient(identity),
    BACKUP_KEEP: "1",
    BACKUP_METRICS_FILE: metricsFile,
  }
  await Promise.all(Array.from({ length: 20 }, () => castUntilTaken(room.voteUrl, "cats-vs-dogs", "a")))
  const sql = new Bun.SQL(room.database.workerUrl)
  await becomes(async () => Number((await sql`SELECT count(*) AS n FROM votes`)[0].n), 20)
  await sql.end()
  const first = await outputOfScript("scripts/backup/backup.ts", [], env)
  expect(first.code).toBe(0)
  const second = await outputOfScript("scripts/backup/backup.ts", [], env)
  expect(second).toMatchObject({ code: 0, out: expect.stringContaining("as 1 are kept") })
  const names = (await storage().list("")).map(({ name }) => name.split("/").at(-1))
  expect(names).toEqual(["base.tar.zst.age", "database.dump.zst.age", "manifest.json"])
  expect(await Bun.file(metricsFile).text()).toMatch(/^tallyroom_backup_last_success_timestamp_seconds \d/m)

  const restore = (...words: string[]) => outputOfScript("scripts/backup/restore.ts", words, env)
  const into = join(dir, "anew")
  expect(await restore("--into", into)).toMatchObject({
    code: 1,
    err: expect.stringContaining("is encrypted: set BACKUP_AGE_IDENTITY"),
  })
  const withKey = { ...env, BACKUP_AGE_IDENTITY_FILE: join(dir, "identity") }
  const restored = await outputOfScript("scripts/backup/restore.ts", ["--into", into], withKey)
  expect(restored).toMatchObject({ code: 0, out: expect.stringContaining(`${into} is ready`) })
})

/** Backups that never end, where a standby of Postgres is promoted. */

import { afterAll, expect, setDefaultTimeout, test } from "bun:test"
import { readdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { readManifests } from "../../scripts/backup/catalog/manifest"
import { isPartial, isSegment, timelineOf } from "../../scripts/backup/catalog/wal"
import { folderStorage } from "../../scripts/backup/storage/folder"
import { startWorkerProcess } from "../../scripts/services/apps/start-apps"
import { freePort } from "../../scripts/services/processes/ports"
import { waitFor } from "../../scripts/services/wait"
import { openPair, type Pair } from "../harness/postgres-pair"
import { spawnScript } from "../harness/scripts"

setDefaultTimeout(180_000)
/** The age of the newest backup is looked at every 20 s. */
const PATIENCE_MS = 90_000

let pair: Pair | undefined
afterAll(() => pair?.close(), 60_000)

test("--follow goes on at the new primary, with a backup of its own, though the old one lives on", async () => {
  pair = await openPair(false)
  const { stores, primary, standby } = pair
  const worker = await startWorkerProcess(stores)
  await worker.app.waitReady()
  const folder = join(dirname(primary.dir), "backups")
  const spool = join(dirname(primary.dir), "spool")
  const follower = spawnScript("scripts/backup/backup.ts", ["--follow", "--only", "base"], {
    ...{ DATABASE_URL: stores.database.backupUrl, BACKUP_TO: `file://${folder}`, BACKUP_SPOOL: spool },
    ...{ BACKUP_SHIP_SECONDS: "1", MANAGEMENT_HOST: "127.0.0.1", MANAGEMENT_PORT: String(await freePort()) },
  })
  stores.defer(() => follower.kill())
  const storage = folderStorage(folder)
  const timelines = async () => (await readManifests(storage, () => {})).map(({ base }) => base?.timeline)
  await waitFor("a backup", async () => (await timelines()).includes(1), PATIENCE_MS)
  await standby.promote()
  await waitFor("one of the new primary", async () => (await timelines()).includes(2), PATIENCE_MS)
  const received = () =>
    readdirSync(spool, { recursive: true, encoding: "utf8" })
      .map((path) => path.split("/").at(-1) ?? "")
      .filter((file) => isSegment(file) || isPartial(file))
  await waitFor(
    "its WAL alone",
    () => received().length > 0 && received().every((file) => timelineOf(file) === 2),
  )
  follower.kill("SIGTERM")
  expect(await follower.exited).toBe(0)
})

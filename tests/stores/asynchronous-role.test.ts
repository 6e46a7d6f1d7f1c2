/** A role whose commits do not wait for the disk, and a Postgres that crashes in a flood. */

import { expect, test } from "bun:test"
import { openDatabase } from "@tallyroom/lib/database"
import { auditPolls } from "../../apps/worker/audit/audit"
import { startWorkerProcess } from "../../scripts/services/apps/start-apps"
import { waitFor } from "../../scripts/services/wait"
import { becomes } from "../harness/becomes"
import { useStores } from "../harness/stores"
import { openBooth, openPoll, voter } from "../harness/tallyroom"

const stores = useStores({ ownPostgres: true })
const BALLOTS = 6_000

test("what was counted is there after the crash, as the worker has its own commits wait", async () => {
  const { postgres, database } = stores()
  const admin = openDatabase(database.adminUrl, { name: "test", connections: 1 })
  stores().defer(() => admin.end({ timeout: 1 }))
  await admin.unsafe("ALTER ROLE tallyroom_worker SET synchronous_commit = off")
  // By itself Postgres writes its log soon; here nobody does so for those who don't wait.
  await admin.unsafe("ALTER SYSTEM SET wal_writer_delay = '10s'")
  await admin.unsafe("ALTER SYSTEM SET wal_writer_flush_after = '1GB'")
  await admin.unsafe("SELECT pg_reload_conf()")
  const sql = openDatabase(database.workerUrl, { name: "test", connections: 1 })
  stores().defer(() => sql.end({ timeout: 1 }))
  const worker = await startWorkerProcess(stores())
  await worker.app.waitReady()
  const booth = await openBooth(stores())
  await openPoll(sql, booth.redis, "flood")
  const books = async () => (await auditPolls(sql, booth.redis)).find(({ poll }) => poll === "flood")
  const cast = (from: number, to: number) =>
    Promise.all(Array.from({ length: to - from }, (_, i) => booth.cast("flood", voter(`f${from + i}`), "a")))
  await cast(0, BALLOTS / 2)
  const flood = cast(BALLOTS / 2, BALLOTS)
  await waitFor("half of it", async () => ((await books())?.counted ?? 0) >= BALLOTS / 2)
  await postgres.kill9()
  await flood
  await postgres.start()
  const all = { accepted: BALLOTS, counted: BALLOTS, lost: 0, pending: 0, faults: [] }
  await becomes(() => books().catch(() => undefined), expect.objectContaining(all))
  expect((await books())?.wentBack).toBe(false)
}, 120_000)

/** A NATS cluster of three servers keeps each ballot three times, and loses nothing when one of them dies for good. */

import { expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openDatabase } from "@tallyroom/lib/database"
import { openInboxBooth } from "../../scripts/services/apps/inbox-booth"
import { crowd } from "../../scripts/services/apps/voters"
import { startWorker } from "../../scripts/services/apps/worker-in-process"
import { freePort } from "../../scripts/services/processes/ports"
import { startNats } from "../../scripts/services/stores/nats"
import { waitFor } from "../../scripts/services/wait"
import { useStores } from "../harness/stores"
import { voter } from "../harness/tallyroom"

const BALLOTS = 3_000
const SHARDS = 2
const stores = useStores()

test("a cluster with three replicas loses no vote when one of its servers dies", async () => {
  const { database, defer } = stores()
  const servers = await startCluster()
  const url = servers.map((server) => server.url).join(",")
  const worker = await startWorker(stores(), SHARDS, url, servers.length)
  await worker.ready()
  const booth = await openInboxBooth(stores(), url, SHARDS)
  let answered = 0
  const dying = waitFor("half of the votes", () => answered > BALLOTS / 2, 60_000).then(() =>
    servers[0]?.kill9(),
  )
  await crowd(BALLOTS, 100, async (i) => {
    const { kind } = await booth.castUntilAnswered("cats-vs-dogs", voter(`c${i}`), "a")
    expect(["accepted", "same"]).toContain(kind)
    answered++
  })
  await dying
  const sql = openDatabase(database.workerUrl, { name: "test", connections: 1 })
  defer(() => sql.end({ timeout: 1 }))
  await waitFor(
    "all to be counted",
    async () => {
      const [row] = await sql`SELECT sum(counted)::integer AS counted FROM books`
      return row?.counted === BALLOTS
    },
    60_000,
  )
  const [row] = await sql`SELECT count(*)::integer AS votes FROM votes`
  expect(row?.votes).toBe(BALLOTS)
}, 180_000)

async function startCluster() {
  const password = crypto.randomUUID()
  const routes = [await freePort(), await freePort(), await freePort()]
  const servers = await Promise.all(
    routes.map((port, i) => {
      const dir = mkdtempSync(join(tmpdir(), "tallyroom-nats-"))
      stores().defer(() => rmSync(dir, { recursive: true, force: true }))
      return startNats({ dir, password, cluster: { name: `nats-${i}`, port, routes } })
    }),
  )
  for (const server of servers) stores().defer(() => server.stop())
  return servers
}

/** A stream that its operator deletes at the broker and makes again under the same name: it looks whole, and lacks what was counted. */

import { describe, expect, test } from "bun:test"
import { openDatabase } from "@tallyroom/lib/database"
import type { InboxKind } from "@tallyroom/lib/inbox/brokers"
import { readShardState } from "@tallyroom/lib/inbox/stream/shard-state"
import { auditPolls } from "../../apps/worker/audit/audit"
import { openInboxBooth } from "../../scripts/services/apps/inbox-booth"
import { startWorker } from "../../scripts/services/apps/worker-in-process"
import { startInboxServer } from "../../scripts/services/stores/inbox-server"
import { becomes } from "../harness/becomes"
import { freshStores } from "../harness/fresh-stores"
import { openInboxAdmin } from "../harness/inbox-admin"
import { useStores } from "../harness/stores"
import { voter } from "../harness/tallyroom"

const POLL = "cats-vs-dogs"
const stores = useStores()

describe.each<InboxKind>(["nats", "rabbitmq"])("%s", (kind) => {
  test("books what was taken into such a stream as lost, and its voters may vote again", async () => {
    const own = await freshStores(stores())
    const server = await startInboxServer(kind, own)
    const sql = openDatabase(own.database.workerUrl, { name: "test", connections: 1 })
    own.defer(() => sql.end({ timeout: 1 }))
    const admin = await openInboxAdmin(own, server.url)
    if (admin === null) throw new Error("there is no broker")
    const worker = await startWorker(own, 1, server.url)
    const booth = await openInboxBooth(own, server.url, 1)
    const cast = async (what: string, n: number) => {
      const kinds = new Set<string>()
      for (let i = 0; i < n; i++)
        kinds.add((await booth.castUntilAnswered(POLL, voter(`${what} ${i}`), "a")).kind)
      return [...kinds]
    }
    const books = async () => (await auditPolls(sql, admin).catch(() => []))[0]
    const taken = kind === "nats" ? "accepted" : "received"
    await cast("before", 40)
    await becomes(books, expect.objectContaining({ accepted: 40, counted: 40, pending: 0 }))

    const { stream } = await readShardState(booth.redis, 0)
    await admin.remove(stream)
    await admin.create(stream)
    // Some may come before it notices, and others into the next stream.
    expect(await cast("meanwhile", 20)).toEqual([taken])
    await becomes(
      async () => (await readShardState(booth.redis, 0).catch(() => null))?.stream !== stream,
      true,
    )
    await becomes(async () => await worker.worker.readiness(), {})
    const all = expect.objectContaining({ accepted: 60, pending: 0, faults: [], lostAtLeast: true })
    await becomes(books, all)
    const { lost = 0, counted } = (await books()) ?? {}
    expect(lost + Number(counted)).toBe(60)

    await cast("before", 40)
    await cast("meanwhile", 20)
    await becomes(books, expect.objectContaining({ counted: 60, recount: 60, pending: 0, faults: [] }))
    await worker.stop()
  }, 180_000)
})

/** NATS's client gives up for good after two refused logins in a row, unless it is told not to. */

import { expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NatsPublisher } from "@tallyroom/lib/inbox/nats/publish"
import { startNats } from "../../scripts/services/stores/nats"
import { waitFor } from "../../scripts/services/wait"
import { useStores } from "../harness/stores"

const stores = useStores()

test("logins that NATS refuses for a while end nothing", async () => {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-nats-"))
  stores().defer(() => rmSync(dir, { recursive: true, force: true }))
  const [right, wrong] = [crypto.randomUUID(), crypto.randomUUID()]
  const start = async (password: string, port?: number) => {
    const nats = await startNats({ dir, password, ...(port !== undefined && { port }) })
    stores().defer(() => nats.stop())
    return nats
  }
  const first = await start(right)
  let refused = 0
  const onError = ({ message }: Error) => void (/authorization/i.test(message) && refused++)
  const clients = [first.url, first.url].map((url) => new NatsPublisher(() => ({ url }), { onError }))
  for (const client of clients) stores().defer(() => client.close())
  const connected = () => clients.every((client) => client.problem() === null)
  await waitFor("the clients to be connected", connected)
  await first.stop()
  const other = await start(wrong, first.port)
  await waitFor("some logins to be refused", () => refused >= 10)
  expect(connected()).toBe(false)
  await other.stop()
  await start(right, first.port)
  await waitFor("the clients to be connected again", connected, 10_000)
})

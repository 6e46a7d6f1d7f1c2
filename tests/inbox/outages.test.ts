/** Vote's log of an outage, by what the client of each store really tells when its server is killed and comes back. */

import { expect, test } from "bun:test"
import { INBOX_STORES, type InboxKind, openPublisher } from "@tallyroom/lib/inbox/brokers"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import { logConnection } from "../../apps/vote/outage-log"
import { startInboxServer } from "../../scripts/services/stores/inbox-server"
import { waitFor } from "../../scripts/services/wait"
import { useStores } from "../harness/stores"

const stores = useStores()

test.each(Object.keys(INBOX_STORES) as InboxKind[])(
  "an outage of the inbox in %s is logged once, under its own name",
  async (kind) => {
    const store = INBOX_STORES[kind]
    const server = await startInboxServer(kind, stores())
    const lines: string[] = []
    const say = (line: unknown, message?: string) => void lines.push(message ?? String(line))
    const events = logConnection({ info: say, warn: say }, store)
    if (kind === "redis") {
      const redis = openRedis(stores().redis.adminUrl, events)
      stores().defer(() => redis.disconnect())
    } else {
      const publisher = openPublisher(server.url, events)
      stores().defer(() => publisher?.close())
    }
    const until = (line: string) => waitFor(`the line "${line}"`, () => lines.at(-1) === line)
    await until(`connected to ${store}`)
    await server.kill9()
    await until(`${store} is away; votes are refused until it is back`)
    await server.start()
    await until(`${store} is back`)
    expect(lines).toHaveLength(3)
  },
  120_000,
)

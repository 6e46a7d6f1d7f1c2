/** The worker's side of an inbox, for tests that write into it what no app writes. */

import { openBrokerAdmin } from "@tallyroom/lib/inbox/brokers"
import { BALLOT_FIELD, keys } from "@tallyroom/lib/inbox/keys"
import { readShardState } from "@tallyroom/lib/inbox/stream/shard-state"
import type { InboxBooth } from "../../scripts/services/apps/inbox-booth"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { waitFor } from "../../scripts/services/wait"

/** The broker's side for the worker, for tests that write into it or ask for its books; null where Redis holds the ballots. */
export async function openInboxAdmin({ defer }: OwnStores, inboxUrl: string) {
  const broker = openBrokerAdmin(inboxUrl, 1)
  defer(() => broker?.close())
  await waitFor("the broker to be connected", () => !broker?.problem())
  return broker
}

/** Writes what no vote app writes into a shard. */
export async function writeGarbage(
  stores: OwnStores,
  inboxUrl: string,
  booth: InboxBooth,
  shard: number,
  text: string,
) {
  const broker = await openInboxAdmin(stores, inboxUrl)
  if (!broker) return void (await booth.redis.xadd(keys.inbox(shard), "*", BALLOT_FIELD, text))
  const { stream } = await readShardState(booth.redis, shard)
  await broker.append(stream, [{ text }])
}

/** A whole Tallyroom whose ballots are traced, and a collector beside it. */

import { type Database, openDatabase } from "@tallyroom/lib/database"
import type { InboxKind } from "@tallyroom/lib/inbox/brokers"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import { watchPoll } from "../../apps/result/testing/viewer"
import {
  type AppProcess,
  startResultProcess,
  startVoteProcess,
  startWorkerProcess,
} from "../../scripts/services/apps/start-apps"
import { startInboxServer } from "../../scripts/services/stores/inbox-server"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { waitFor } from "../../scripts/services/wait"
import { startOtlpReceiver } from "../harness/otlp-receiver"

type Apps = { vote: AppProcess; worker: AppProcess; result: AppProcess }
export type TracedRoom = Apps & {
  collector: ReturnType<typeof startOtlpReceiver>
  sql: Database
  redis: ReturnType<typeof openRedis>
}

/** Every ballot is traced, which nobody would do with an audience. */
export const ALL_TRACED = { OTEL_TRACES_SAMPLER: "always_on" }

/** @param settings of each app, in place of those by which everything is traced */
export async function startTracedRoom(
  stores: OwnStores,
  kind: InboxKind,
  settings: Partial<Record<keyof Apps, Record<string, string>>> = {},
): Promise<TracedRoom> {
  const collector = startOtlpReceiver()
  stores.defer(() => collector.stop())
  const traced = { ...ALL_TRACED, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
  const inbox = { INBOX_URL: (await startInboxServer(kind, stores)).url }
  const worker = await startWorkerProcess(stores, { ...inbox, ...(settings.worker ?? traced) })
  await worker.app.waitReady()
  const [vote, result] = await Promise.all([
    startVoteProcess(stores, { ...inbox, ...(settings.vote ?? traced) }),
    startResultProcess(stores, settings.result ?? traced),
  ])
  const sql = openDatabase(stores.database.workerUrl, { name: "test", connections: 1 })
  stores.defer(() => sql.end({ timeout: 1 }))
  const redis = openRedis(stores.redis.adminUrl)
  stores.defer(() => redis.disconnect())
  return { vote, worker, result, collector, sql, redis }
}

/** What a trace consists of: each span's app and name, under that of its parent. */
export type Shape = [service: string, name: string, parent: string]

/** What each ballot goes through. */
export const WHOLE: Shape[] = [
  ["tallyroom-vote", "POST ballot", ""],
  ["tallyroom-vote", "append ballot", "POST ballot"],
  ["tallyroom-worker", "count batch", "append ballot"],
  ["tallyroom-worker", "commit batch", "count batch"],
  ["tallyroom-result", "show snapshot", "commit batch"],
  ["tallyroom-result", "read tally", "show snapshot"],
  ["tallyroom-result", "send snapshot", "show snapshot"],
]

/** Waits until a trace has as many spans as each ballot's has. @returns its spans, and its shape in the order of `WHOLE` */
export async function wholeTrace({ collector }: TracedRoom, trace: () => string | undefined) {
  const spans = await waitFor("the spans of a trace", () => {
    const found = collector.spans().filter((span) => span.trace === trace())
    return found.length >= WHOLE.length && found
  })
  const nameOf = new Map(spans.map(({ id, name }) => [id, name]))
  const order = (name: string) => WHOLE.findIndex(([, other]) => other === name)
  const shape = spans
    .map(({ service, name, parent }): Shape => [service, name, nameOf.get(parent) ?? parent])
    .sort(([, a], [, b]) => order(a) - order(b))
  return { spans, shape }
}

/** Somebody who watches a poll, and has its first snapshot. */
export async function watch({ result }: TracedRoom, stores: OwnStores, poll: string) {
  const viewer = watchPoll(result.url, `poll=${poll}&then=numbers`)
  stores.defer(() => viewer.socket.close())
  await viewer.sees("the first snapshot", () => true)
  return viewer
}

/** Stores that come back with less than they had: an older volume, a file without its end, a stream without its messages. */

import { readdirSync, statSync, truncateSync } from "node:fs"
import { join } from "node:path"
import { z } from "zod"
import { askJetStream } from "../../services/stores/nats-api"
import { type Fault, storeOf, storesOf } from "./fault"

/** Enough for some ballots. */
const TORN_BYTES = [1, 2_000] as const

const streamsSchema = z.object({ streams: z.array(z.string()).nullish() })

export const volumeFaults: readonly Fault[] = [
  {
    ...{ name: "older volume", weight: 1, lasts: [2, 10], harm: "unseen", targets: storesOf },
    begin: async (system, target) => {
      const store = storeOf(system, target)
      await store.save()
      return { note: `${target} is killed, and comes back with the data of then`, end: () => store.setBack() }
    },
  },
  {
    ...{ name: "torn file", weight: 1, lasts: [0, 0], harm: "unseen", targets: () => ["redis"] },
    begin: async ({ redis }, _, random) => {
      await redis.kill()
      const bytes = tearEnd(redis.data, random.whole(...TORN_BYTES))
      await redis.start()
      return {
        note: `redis is killed, and its append-only file loses its last ${bytes} bytes`,
        end: async () => {},
      }
    },
  },
  {
    ...{ name: "purged", weight: 1, lasts: [0, 0], harm: "books" },
    targets: (inbox) => (inbox === "nats" ? ["nats"] : []),
    begin: async ({ urls }) => {
      const { streams } = streamsSchema.parse(await askJetStream(urls.inbox, "STREAM.NAMES"))
      for (const stream of streams ?? []) await askJetStream(urls.inbox, `STREAM.PURGE.${stream}`)
      return { note: `the streams of nats are purged, with whatever waits in them`, end: async () => {} }
    },
  },
]

/** Cuts the end off the newest part of an append-only file. @returns how many bytes */
function tearEnd(folder: string, wanted: number): number {
  const parts = readdirSync(folder).filter((name) => name.endsWith(".incr.aof"))
  const newest = parts
    .map((name) => join(folder, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0]
  if (newest === undefined) throw new Error(`there is no append-only file in ${folder}`)
  const { size } = statSync(newest)
  const bytes = Math.min(size, wanted)
  truncateSync(newest, size - bytes)
  return bytes
}

/** The worker's side of traces on Redis, where they stand beside the ballots. */

import type { Redis } from "ioredis"
import { formatPosition } from "../../ballots/ballot"
import { MOST_TRACED, traceparentIn } from "../../tracing/traceparent"
import type { Entry } from "../contract"
import { keys, TRACE_FIELD } from "../keys"

/** Adds to entries of a shard where their traces go on. What Redis does not tell loses a trace, so this never throws. */
export async function withTraces(redis: Redis, shard: number, entries: Entry[]): Promise<Entry[]> {
  const [first, last] = [entries[0], entries.at(-1)]
  if (!first || !last) return entries
  const range = [formatPosition(first.position), formatPosition(last.position)] as const
  const found = await redis.xrange(keys.traces(shard), ...range, "COUNT", MOST_TRACED).catch(() => [])
  if (found.length === 0) return entries
  const traces = new Map(found.map(([id, [field, text]]) => [id, field === TRACE_FIELD ? text : undefined]))
  return entries.map((entry) => {
    const traceparent = traceparentIn(traces.get(formatPosition(entry.position)))
    return traceparent === undefined ? entry : { ...entry, traceparent }
  })
}

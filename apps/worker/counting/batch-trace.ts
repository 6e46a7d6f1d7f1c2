/** The spans of one batch, in the trace of each of its ballots that is sampled, up to a few. */

import { MOST_TRACED } from "@tallyroom/lib/tracing/traceparent"
import type { Span, Tracing } from "@tallyroom/lib/tracing/tracing"
import type { Batch } from "./batch"

/** The spans of one ballot; `poll` is the number of its poll. */
type Traced = { poll: number; counting: Span; committing: Span }

export type BatchTrace = {
  /** For whoever shows the tally: `<poll number> <traceparent>` of each ballot. */
  told: string[]
  /** The same promise, at whose end the spans end. */
  around<T extends { moved: boolean }>(committing: Promise<T>): Promise<T>
}

/** Begins the spans of a batch that is about to be committed; null where none of its ballots is traced. */
export function traceBatch(tracing: Tracing, shard: number, batch: Batch): BatchTrace | null {
  const sampled = batch.entries
    .flatMap(({ ballot, traceparent }) =>
      ballot && traceparent !== undefined && batch.polls.has(ballot.poll)
        ? [{ poll: ballot.poll, traceparent }]
        : [],
    )
    .slice(0, MOST_TRACED)
  const links = sampled.map(({ traceparent }) => traceparent)
  const traced = sampled.flatMap(({ poll, traceparent }): Traced[] => {
    const others = links.filter((it) => it !== traceparent)
    const attributes = {
      ...{ "tallyroom.poll": batch.polls.get(poll)?.id ?? "", "tallyroom.shard": shard },
      "messaging.batch.message_count": batch.size,
    }
    const counting = tracing.goOn(traceparent, "count batch", "consumer", { attributes, links: others })
    if (!counting) return []
    const written = { attributes: { "db.system.name": "postgresql" } }
    const committing = counting.child("commit batch", "client", written)
    return [{ poll, counting, committing }]
  })
  if (traced.length === 0) return null
  const end = (failure?: string) => {
    for (const { committing, counting } of traced) {
      committing.end({ failure })
      counting.end({ failure })
    }
  }
  return {
    told: traced.map(({ poll, committing }) => `${poll} ${committing.traceparent}`),
    async around(committing) {
      try {
        const counted = await committing
        end(counted.moved ? undefined : "position-moved")
        return counted
      } catch (error) {
        end(error instanceof Error ? error.name : "error")
        throw error
      }
    },
  }
}

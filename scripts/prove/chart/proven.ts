/** What the page tells of a run that was judged. It is kept in scripts/prove/results/, as the record itself is far too large for that. */

import { z } from "zod"
import { INBOXES } from "../record/record"
import { FAULT_KINDS } from "./fault-kinds"
import type { RunTimeline } from "./timeline"
import type { ChartVerdict } from "./verdict"

/** A run that was judged. */
export type ProvenRun = { timeline: RunTimeline; verdict: ChartVerdict }

const count = z.int().nonnegative()

export const verdictSchema = z.object({
  findings: z.array(z.object({ rule: z.string(), says: z.string() })),
  numbers: z.record(z.string(), z.number()),
})

export const provenSchema = z.strictObject({
  run: z.strictObject({
    seed: z.int(),
    inbox: z.enum(INBOXES),
    seconds: z.number(),
    rate: z.number(),
    harm: z.enum(["none", "books", "unseen"]),
    only: z.array(z.string()).nullable(),
    fsync: z.enum(["always", "everysec"]),
    nodes: z.literal([1, 3]),
    failover: z.boolean(),
    begun: z.iso.date(),
  }),
  /** Each sort of fault by its name, with what one of them was. */
  faults: z.array(
    z.strictObject({ sort: z.enum(FAULT_KINDS), name: z.string(), example: z.string(), count }),
  ),
  calls: z.strictObject({
    ...{ all: count, accepted: count, again: count, refused: count, unknown: count, voters: count },
  }),
  counted: count.nullable(),
  books: z.strictObject({ lost: count, atLeast: z.boolean() }).nullable(),
  healed: z.strictObject({ fault: z.string().nullable() }).nullable(),
  verdict: verdictSchema,
})

export type Proven = z.infer<typeof provenSchema>

export function provenOf({ timeline, verdict }: ProvenRun): Proven {
  const { seed, inbox, seconds, rate, harm, only, fsync, nodes, failover, startedAt } = timeline.run
  const { calls, counted, books, healed } = timeline
  const sorts = Map.groupBy(timeline.faults, ({ sort, name }) => `${sort} ${name}`)
  return {
    run: { seed, inbox, seconds, rate, harm, only, fsync, nodes, failover, begun: startedAt.slice(0, 10) },
    faults: [...sorts.values()].flatMap((some) => {
      const [first] = some
      return first ? [{ sort: first.sort, name: first.name, example: first.note, count: some.length }] : []
    }),
    ...{ calls, counted, books },
    healed: healed && { fault: healed.fault },
    verdict: { findings: [...verdict.findings], numbers: { ...verdict.numbers } },
  }
}

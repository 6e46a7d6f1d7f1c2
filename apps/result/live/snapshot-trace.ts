/** The last spans of a ballot's trace: its tally was read, and went out to viewers. */

import type { Tracing } from "@tallyroom/lib/tracing/tracing"
import type { ReadTrace } from "./watched"

/** @param poll the id of the poll whose snapshot has just gone out */
export function traceSnapshot(tracing: Tracing, traces: readonly ReadTrace[], poll: string): void {
  for (const { traceparent, notedAt, readFrom, readTo } of traces) {
    const showing = tracing.goOn(traceparent, "show snapshot", "consumer", { startedAt: notedAt })
    if (!showing) continue
    const reading = { attributes: { "db.system.name": "postgresql" }, startedAt: readFrom }
    showing.child("read tally", "client", reading).end({ endedAt: readTo })
    showing.child("send snapshot", "producer", { startedAt: readTo }).end()
    showing.end({ attributes: { "tallyroom.poll": poll } })
  }
}

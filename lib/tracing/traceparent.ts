/** How a trace is named between processes (W3C Trace Context): `00-<trace id>-<span id>-<flags>`. */

const SAMPLED = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/

/** The header, or the property, that carries it. */
export const TRACEPARENT = "traceparent"

/** At most so many sampled ballots of a batch, or of a snapshot, have a trace that goes on: it stays cheap whatever is sampled. */
export const MOST_TRACED = 16

/** The ids in the name of a sampled trace; null for anything else. */
export function idsIn(traceparent: string): { traceId: string; spanId: string } | null {
  const [, traceId, spanId] = SAMPLED.exec(traceparent) ?? []
  return traceId === undefined || spanId === undefined ? null : { traceId, spanId }
}

/** The name of a sampled trace, if this is one. */
export function traceparentIn(text: unknown): string | undefined {
  return typeof text === "string" && SAMPLED.test(text) ? text : undefined
}

export function traceparentOf({ traceId, spanId }: { traceId: string; spanId: string }): string {
  return `00-${traceId}-${spanId}-01`
}

/** What the faults of a run excuse. */

import type { Evidence } from "./evidence"

/** So long after a fault a store may still lose what it took: until a worker has found out and closed the fence. */
const FOUND_OUT_MS = 30_000

/** Whether a ballot that was sent at this time may be lost by any fault that came while it waited, or just before. */
export function mayBeLost({ faults }: Pick<Evidence, "faults">, invoked: number): boolean {
  return faults.some(({ harm, to }) => harm !== "none" && to + FOUND_OUT_MS >= invoked)
}

/** Whether NATS may have forgotten who has voted, when this call was sent: it is asked for that, and its stream was emptied. */
export function mayNotKnowVoters(
  { faults, inbox }: Pick<Evidence, "faults" | "inbox">,
  invoked: number,
): boolean {
  return (
    inbox === "nats" && mayBeLost({ faults: faults.filter(({ target }) => /nats/i.test(target)) }, invoked)
  )
}

/** From when on Postgres may be older than viewers and voters saw it; infinity in a run that never set it back. */
export function wentBackFrom({ faults, setbacks }: Pick<Evidence, "faults" | "setbacks">): number {
  const harmful = faults.filter(({ harm, target }) => {
    return harm !== "none" && (setbacks > 0 || /postgres/i.test(target))
  })
  return Math.min(Number.POSITIVE_INFINITY, ...harmful.map(({ from }) => from))
}

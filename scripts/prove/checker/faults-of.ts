/** What the faults of a run excuse. */

import type { Asked, Evidence } from "./evidence"

/** So long after a fault a store may still lose what it took: until a worker has found out and closed the fence. */
const FOUND_OUT_MS = 30_000

/** Whether a ballot that was sent at this time may be lost by any fault that came while it waited, or just before. */
export function mayBeLost({ faults }: Pick<Evidence, "faults">, invoked: number): boolean {
  return faults.some(({ harm, to }) => harm !== "none" && to + FOUND_OUT_MS >= invoked)
}

/** Whether NATS, which is asked who has voted, may forget that after this time: its stream was emptied, or lost some. */
export function mayForgetVoters(evidence: Pick<Evidence, "faults" | "inbox">, since: number): boolean {
  return forgetting(evidence).some(({ to }) => to + FOUND_OUT_MS >= since)
}

/** Whether it may not have known them when this call was answered. */
export function hadForgottenVoters(
  evidence: Pick<Evidence, "faults" | "inbox">,
  { invoked, answered }: Pick<Asked, "invoked" | "answered">,
): boolean {
  return forgetting(evidence).some(({ from, to }) => from <= answered && invoked <= to + FOUND_OUT_MS)
}

function forgetting({ faults, inbox }: Pick<Evidence, "faults" | "inbox">) {
  return faults.filter(
    ({ harm, target, name }) =>
      inbox === "nats" && (harm === "books" || name === "flipped message") && /nats|machine/i.test(target),
  )
}

/** From when on Postgres may be older than viewers and voters saw it; infinity in a run that never set it back. */
export function wentBackFrom({ faults, setbacks }: Pick<Evidence, "faults" | "setbacks">): number {
  const harmful = faults.filter(({ harm, target }) => {
    return harm !== "none" && (setbacks > 0 || /postgres/i.test(target))
  })
  return Math.min(Number.POSITIVE_INFINITY, ...harmful.map(({ from }) => from))
}

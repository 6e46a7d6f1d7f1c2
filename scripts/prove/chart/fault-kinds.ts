/** What sort of thing a fault is: by its name where that tells, else by what it was done to. */

import type { FaultRecord } from "../record/record"

export const FAULT_KINDS = ["process", "link", "store", "clock", "power", "host"] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

/** The first line that fits decides. What fits none was done to processes, such as a restart of everything. */
const SIGNS: [FaultKind, (fault: Pick<FaultRecord, "name" | "target">) => boolean][] = [
  ["power", ({ name }) => /power/i.test(name)],
  ["store", ({ name }) => /\bdisk\b/i.test(name)],
  ["clock", ({ name }) => /clock/i.test(name)],
  ["link", ({ target }) => /→|->|\blinks?\b/.test(target)],
  ["host", ({ name, target }) => /^(host|polls?)\b/i.test(target) || /^(host|poll)\b/i.test(name)],
  ["store", ({ target }) => /^(redis|postgres|nats|rabbitmq|broker|stores?|disk)\b/i.test(target)],
]

export function faultKind(fault: Pick<FaultRecord, "name" | "target">): FaultKind {
  return SIGNS.find(([, fits]) => fits(fault))?.[0] ?? "process"
}

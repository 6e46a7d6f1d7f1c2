/** Rule: no process grew over the run, or kept sockets. */

import type { Held } from "../../record/record"
import type { Evidence } from "../evidence"
import { inSeconds } from "../verdict"

/** Caches and pools fill after a quiet start; what leaks with each fault or vote is many times more. */
const SOCKETS = { times: 2, more: 20 }
/** A garbage-collected process that had work to do keeps pages that it once needed. */
const MEMORY = { times: 3, more: 100 * 2 ** 20 }

/**
 * Of each process, the most that it held before the first fault is compared with the least that it held after the last: what is let
 * go again within that time was in use, what leaked is in every sample. At most twice the sockets and 20 more are right, and three
 * times the memory and 100 MB more. A process that was started anew after the last fault is judged by itself.
 */
export function* nothingGrows(evidence: Evidence): Generator<string> {
  const firstFault = Math.min(Number.POSITIVE_INFINITY, ...evidence.faults.map(({ from }) => from))
  const lastFault = Math.max(0, ...evidence.faults.map(({ to }) => to))
  for (const [name, samples] of Map.groupBy(evidence.held, (sample) => sample.process)) {
    const [first, last] = [samples[0], samples.at(-1)]
    const calm = samples.filter(({ at }) => at < firstFault)
    if (calm.length === 0 && first) calm.push(first)
    const end = samples.filter(({ at, pid }) => at >= lastFault && pid === last?.pid)
    yield* grown(name, "sockets", calm, end, SOCKETS)
    yield* grown(name, "residentBytes", calm, end, MEMORY)
  }
}

function* grown(
  name: string,
  what: "sockets" | "residentBytes",
  calm: Held[],
  end: Held[],
  { times, more }: typeof SOCKETS,
): Generator<string> {
  const least = end.toSorted((a, b) => a[what] - b[what])[0]
  const before = Math.max(...calm.map((sample) => sample[what]))
  if (!least || least[what] <= before * times + more) return
  const unit = what === "sockets" ? "sockets" : "bytes"
  yield `${name} held ${before} ${unit} before the first fault, and still ${least[what]} at ${inSeconds(least.at)}, after the last.`
}

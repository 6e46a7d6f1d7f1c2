/** An attack beside others: whoever is not served meanwhile, or late, is a fault. */

import { clock } from "../../bench/figures/clock"
import { watchIdle } from "../flood/cores"
import type { Attacked, Outcome } from "../outcome"
import type { Target } from "../target"
import { othersResult } from "./others"
import { startPeople } from "./program"
import { boundMs, tooLong, WAITS, waitsText } from "./waits"

/** How long others come before the attack. */
const BEFORE_MS = 4_000
/** So many who were not served are named. */
const NAMED = 3

type Pages = Pick<Target, "voteUrl" | "resultUrl" | "othersPoll">

/** Attacks once others have come for `beforeMs` milliseconds; they go on until the attack is over. */
export async function besideOthers(
  { voteUrl, resultUrl, othersPoll }: Pages,
  attack: () => Promise<Outcome>,
  beforeMs = BEFORE_MS,
): Promise<Attacked> {
  const urls = [`${voteUrl}/api/polls/${othersPoll}/now`, `${resultUrl}/api/polls/${othersPoll}/results`]
  const others = startPeople("others.ts", { urls }, othersResult)
  const idle = watchIdle()
  await Bun.sleep(beforeMs)
  const idleBefore = idle()
  const beganAt = clock()
  const outcome = await attack().finally(() => others.stop())
  const came = await others.result
  const waits = (is: (cameAt: number) => boolean) =>
    came.flatMap(({ cameAt, ms }) => (is(cameAt) ? [ms] : []))
  const [before, during] = [waits((at) => at < beganAt), waits((at) => at >= beganAt)]
  const unserved = came.flatMap(({ fault }) => fault ?? [])
  return {
    ...outcome,
    ...{ beganAt, idleBefore },
    requests: outcome.requests + came.length,
    beside: { [`others, ${WAITS}`]: waitsText(during, before) },
    faults: [
      ...outcome.faults,
      ...unserved.slice(0, NAMED).map((why) => `Somebody else was not served: ${why}.`),
      ...tooLong("others", during, boundMs(before, idleBefore)),
    ],
  }
}

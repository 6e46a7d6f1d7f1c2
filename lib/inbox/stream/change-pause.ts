/** The pause between two changes of one voter, where a broker holds the ballots: what cast.lua decides for Redis. */

import type { Poll } from "../../polls/poll"

/** The vote that stands, or was cast last, with the moment at which it was (Redis's clock). */
type Last = { option: string; castAt: number }

/**
 * How long a voter has to wait before this option can be chosen (ms); 0 for not at all. After the clock was set back nobody waits
 * for what it said. Who chooses the same again gets the same answer again, except where that would tell which option stands: to
 * somebody else on the network, or to who has only seen the code.
 */
export function pauseBeforeChange(
  { policy, eligibility }: Pick<Poll, "policy" | "eligibility">,
  last: Last,
  chosen: string,
  now: number,
  changeAfterMs: number,
): number {
  if (policy !== "changeable" || (eligibility === "browser" && last.option === chosen)) return 0
  const waitMs = last.castAt + changeAfterMs - now
  return waitMs > changeAfterMs ? 0 : Math.max(0, waitMs)
}

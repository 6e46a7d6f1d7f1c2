/** The pause between two changes of one voter, where a broker holds the ballots: what cast.lua decides for Redis. */

/**
 * How long a voter has to wait before the vote can be changed (ms); 0 for not at all. After the clock was set back nobody waits
 * for what it said.
 * @param castAt the moment at which the vote that stands, or that was cast last, was cast (Redis's clock)
 */
export function pauseBeforeChange(castAt: number, now: number, changeAfterMs: number): number {
  const waitMs = castAt + changeAfterMs - now
  return waitMs > changeAfterMs ? 0 : Math.max(0, waitMs)
}

/** How long people wait, and whether that is still service. */

/** So soon 95 of 100 are served. */
const SERVED_MS = 200
const SERVED_SHARE = 0.95
/** A machine that was idle for less than this share of its time was full before anybody attacked. */
const IDLE_SHARE = 0.1
/** An attacker on a full machine takes its processors from everybody: no more than half of them, so that a wait doubles. */
const SLOWER = 2

/**
 * How long 95 of 100 may wait beside an attack, in ms. Attacker and attacked share one machine: where that was full before, waits
 * are compared with those before.
 * @param before what people waited then, in ms
 * @param idle the share of its time in which the machine had nothing to do then, from 0 to 1
 */
export function boundMs(before: readonly number[], idle: number): number {
  return idle < IDLE_SHARE ? Math.max(SERVED_MS, SLOWER * mostWait(before)) : SERVED_MS
}

/** Within how many ms 95 of 100 were served; 0 where there is nobody. */
function mostWait(waits: readonly number[]): number {
  return quantile(waits, SERVED_SHARE)
}

/** "3, 12, 40 (9)": within how many ms half and 95 of 100 were served, when the slowest was, and 95 of 100 before. */
export function waitsText(waits: readonly number[], before: readonly number[]): string {
  const shown = [quantile(waits, 0.5), mostWait(waits), quantile(waits, 1)].map(Math.round)
  return `${shown.join(", ")} (${before.length === 0 ? "–" : Math.round(mostWait(before))})`
}

/** The same in the head of a column. */
export const WAITS = "ms until half, 95 of 100 and all were served (95 of 100 before)"

/** A sentence if more than 5 of 100 waited for longer. */
export function tooLong(who: string, waits: readonly number[], bound: number): string[] {
  return mostWait(waits) <= bound
    ? []
    : [`More than 5 of 100 ${who} waited longer than ${Math.round(bound)} ms.`]
}

function quantile(waits: readonly number[], share: number): number {
  const sorted = waits.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

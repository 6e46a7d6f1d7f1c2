/** What runs with viewers share: everybody watches once, and some vote meanwhile. */

import type { Scenario } from "k6/options"
import type { Opened } from "./books.ts"
import { castOne } from "./cast.ts"
import { amount } from "./instance.ts"

/** Viewers that each do once what the script's function of this name does. */
export function viewers(exec: string, vus: number, maxDuration: string): Scenario {
  return { executor: "per-vu-iterations", exec, vus, iterations: 1, maxDuration }
}

/** Votes at a steady rate, RATE a second; the script must export `castAsVoter`. */
export function voters(
  rate: number,
  when: { startTime?: string; duration: string; preAllocatedVUs: number },
): Scenario {
  return {
    ...{ executor: "constant-arrival-rate", exec: "castAsVoter" },
    ...{ rate: amount("RATE", rate), timeUnit: "1s", maxVUs: 100, ...when },
  }
}

/** One vote of a new voter. */
export function castAsVoter({ poll }: Opened): void {
  castOne(poll)
}

/** Clocks that are set. */

import { type Fault, found } from "./fault"

const MINUTE = 60
/** By how many seconds: as far as people and virtual machines put them. */
const STEPS = [-24 * 60, -60, -10, -1, 1, 10, 60, 24 * 60].map((minutes) => minutes * MINUTE)

export const CLOCK = "clock moved"
/** Whose clocks are moved: those of who takes part in deciding or dating a vote. */
export const CLOCKS = ["vote 1", "vote 2", "worker 1", "worker 2", "redis"] as const

export const clockFaults: readonly Fault[] = [
  {
    ...{ name: CLOCK, weight: 4, lasts: [2, 20], harm: "none" },
    targets: () => CLOCKS.map((name) => `clock of ${name}`),
    begin: async ({ clocks }, target, random) => {
      const clock = found(clocks.get(target), target)
      const seconds = random.pick(STEPS)
      clock.move(seconds)
      const way = seconds > 0 ? "ahead" : "back"
      const note = `the ${target} is set ${way} by ${Math.abs(seconds) / MINUTE} minutes, and set right again`
      return { note, end: async () => clock.move(0) }
    },
  },
]

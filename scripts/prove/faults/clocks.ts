/** Clocks that are set. */

import { waitFor } from "../../services/wait"
import { asked } from "../system/ask-redis"
import type { System } from "../system/system"
import { besides, type Fault, found, type Ground, isCluster } from "./fault"

const MINUTE = 60
/** By how many seconds: as far as people and virtual machines put them. */
const STEPS = [-24 * 60, -60, -10, -1, 1, 10, 60, 24 * 60].map((minutes) => minutes * MINUTE)

export const CLOCK = "clock moved"
/** The library looks at its file once a second. */
const SEEN_MS = 10_000
const WRONG_MS = 500

/** Whose clocks are moved: those of who takes part in deciding or dating a vote. */
export const clocksOf = (ground: Pick<Ground, "inbox">): string[] => [
  ...["vote 1", "vote 2", "worker 1", "worker 2"],
  isCluster(ground) ? "redis 1" : "redis",
]

const nameOf = (target: string) => target.replace("clock of ", "")

export const clockFaults: readonly Fault[] = [
  {
    ...{ name: CLOCK, weight: 4, lasts: [2, 20], harm: "none" },
    targets: (ground) => clocksOf(ground).map((name) => `clock of ${name}`),
    // By its wall clock a node of a cluster reckons how long others have been silent: set back, it sees no master die for as long.
    touches: (target) => besides(nameOf(target)),
    begin: async (system, target, random) => {
      const clock = found(system.clocks.get(target), target)
      const seconds = random.pick(STEPS)
      clock.move(seconds)
      const way = seconds > 0 ? "ahead" : "back"
      const note = `the ${target} is set ${way} by ${Math.abs(seconds) / MINUTE} minutes, and set right again`
      const end = async () => {
        clock.move(0)
        await untilRight(system, nameOf(target))
      }
      return { note, end }
    },
  },
]

/** Settles once this node of a cluster sees its clock set right. */
async function untilRight({ redisCluster }: System, name: string): Promise<void> {
  const side = redisCluster?.sides.find(({ store }) => store.name === name)
  if (!side) return
  await waitFor(
    `the clock of ${name} to be right`,
    async () => {
      const [seconds] = await asked(side.server.adminUrl, (redis) => redis.time())
      return Math.abs(Number(seconds) * 1_000 - Date.now()) < 1_000 + WRONG_MS
    },
    SEEN_MS,
  )
}

/** The plan of a run: which faults come when, all from the seed. The same seed gives the same plan. */

import { type Random, randomOf } from "../random"
import type { Harm, Inbox } from "../record/record"
import { brokerFaults } from "./brokers"
import { byteFaults } from "./bytes"
import { clockFaults } from "./clocks"
import { clusterFaults } from "./clusters"
import { failoverFaults } from "./failovers"
import type { Fault, Ground } from "./fault"
import { limitFaults } from "./limits"
import { machineFaults } from "./machine"
import { networkFaults } from "./network"
import { processFaults } from "./processes"
import { volumeFaults } from "./volumes"

export const FAULTS: readonly Fault[] = [
  ...processFaults,
  ...networkFaults,
  ...limitFaults,
  ...volumeFaults,
  ...byteFaults,
  ...brokerFaults,
  ...failoverFaults,
  ...clusterFaults,
  ...machineFaults,
  ...clockFaults,
]

/** From the least to the worst. */
export const HARMS: readonly Harm[] = ["none", "books", "unseen"]

export type Planned = {
  fault: Fault
  target: string
  /** When it begins, and for how long, in seconds of the run. */
  at: number
  lasts: number
  /** From which it takes whatever it decides by chance. */
  seed: number
}

export type PlanWishes = {
  seed: number
  seconds: number
  inbox: Inbox
  /** How Redis is said to sync: always where nothing is said. */
  appendfsync?: Ground["appendfsync"]
  /** How many servers of NATS hold the ballots: one where nothing is said. */
  nodes?: Ground["nodes"]
  /** Whether another server takes the place of a store's that dies for good: nobody where nothing is said. */
  failover?: boolean
  /** The worst harm that is wanted. */
  harm: Harm
  /** Names of faults; all where there are none. */
  only?: readonly string[]
  /** Names of faults that this machine can't do. */
  without: readonly string[]
}

/** The system is watched in peace for so long before the first fault. */
const CALM_S = 3
/** So much time passes at the most from one fault's begin to the next one's. */
const EVERY_S = 3
const AT_ONCE = 3
/**
 * After one store has lost something another one loses nothing for so long: of what the only two that knew have lost, no book can tell.
 */
const APART_S = 60
/** A fault takes no more of a short run. */
const SHARE = 0.15

export function planOf(wishes: PlanWishes): Planned[] {
  const { seed, seconds, harm, only, without } = wishes
  const ground: Ground = { appendfsync: "always", nodes: 1, failover: false, ...wishes }
  const random = randomOf(seed)
  const onIt = FAULTS.map((fault) => ({
    ...fault,
    harm: fault.harmOn?.(ground) ?? fault.harm,
  }))
  const kinds = onIt
    .filter((fault) => HARMS.indexOf(fault.harm) <= HARMS.indexOf(harm))
    .filter((fault) => fault.targets(ground).length > 0)
    .filter(({ name }) => (only === undefined || only.includes(name)) && !without.includes(name))
  const plan: Planned[] = []
  for (let at = CALM_S; at < seconds; at += random.between(0.5, EVERY_S)) {
    const now = plan.filter((it) => it.at + it.lasts >= at)
    if (now.length >= AT_ONCE || kinds.length === 0) continue
    const fault = weighted(kinds, random)
    const target = random.pick(fault.targets(ground))
    const [least, most] = fault.lasts
    // Mostly short, so that there is a system to vote in between.
    const wanted = least + (most - least) * random.next() ** 3
    const lasts = Math.min(wanted, seconds * SHARE, seconds - at)
    const childSeed = random.whole(0, 2 ** 31)
    const losers = plan.filter((it) => it.fault.harm !== "none" && at - it.at - it.lasts < APART_S)
    if (fault.harm !== "none" && losers.some((it) => it.target !== target)) continue
    const things = touchedBy({ fault, target })
    if (now.some((it) => touchedBy(it).some((thing) => things.includes(thing)))) continue
    plan.push({ fault, target, at, lasts, seed: childSeed })
  }
  return plan
}

/** The things that must be left to this fault while it lasts. */
export function touchedBy({ fault, target }: Pick<Planned, "fault" | "target">): string[] {
  return [target, ...(fault.touches?.(target) ?? [])]
}

function weighted(faults: readonly Fault[], random: Random): Fault {
  let left = random.next() * faults.reduce((sum, { weight }) => sum + weight, 0)
  for (const fault of faults) {
    left -= fault.weight
    if (left < 0) return fault
  }
  return faults[0] as Fault
}

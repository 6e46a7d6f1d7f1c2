/** How many processes of each part a load needs, so that none is busier than it should be. */

import { UserError } from "../../services/terminal/user-error"
import { type Shape, sumOfWork } from "./cores"
import type { Load } from "./load"
import { PART_NAMES, type Part, type UnitCosts } from "./unit-costs"
import { countingWork, type LiveLimits, redisWork, resultWork, voteWork, type Work } from "./work"

/** As many as a first start makes if nobody says otherwise. */
const FEWEST_SHARDS = 4
const SHARDS_OF_A_SERVER = 2
/** A Redis Cluster decides by a majority which of its masters is dead. */
const FEWEST_MASTERS = 3

/** Nobody runs so many; and where each process takes too much by itself, no number is enough. */
const TOO_MANY = 1_000_000

/**
 * @param busy the share of a core that each process may take: most of them work on one thread
 * @throws {UserError} where a process takes more than that whatever it has to do
 */
export function shapeFor(load: Load, costs: UnitCosts, live: LiveLimits, busy: number): Shape {
  const enough = (part: Part, work: (n: number) => Work, least = 1) =>
    fewest(PART_NAMES[part], (n) => sumOfWork(work(n)) / n <= busy, least)
  const vote = enough("vote", (n) => voteWork(load, n, costs, live))
  const servers = enough("redis", (n) => redisWork(load, { redis: n, vote }, costs, live))
  const redis = servers > 1 ? Math.max(FEWEST_MASTERS, servers) : 1
  const shards = shardsOver(redis)
  const bySockets = Math.max(1, Math.ceil(load.viewers / live.mostViewers))
  return {
    ...{ vote, redis, shards },
    worker: enough("worker", () => countingWork("worker", load, shards, costs)),
    result: enough("result", (n) => resultWork(load, n, costs, live), bySockets),
  }
}

/** Each server has as many of them, as the one with more would be full first; and more than one, which may move to a new server. */
function shardsOver(servers: number): number {
  return Math.max(FEWEST_SHARDS, servers * SHARDS_OF_A_SERVER)
}

/**
 * The least number that is enough. Whatever is enough for one number must be so for all greater ones.
 * @param least where it looks from
 */
function fewest(name: string, isEnough: (n: number) => boolean, least: number): number {
  let [low, high] = [least, least]
  while (!isEnough(high)) {
    if (high > TOO_MANY) throw new UserError(`No number of ${name} is enough: let them be busier (--busy).`)
    low = high + 1
    high *= 2
  }
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (isEnough(middle)) high = middle
    else low = middle + 1
  }
  return low
}

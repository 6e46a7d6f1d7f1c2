/** How many cores each part is busy with, for a load on so many processes. */

import type { Load } from "./load"
import type { Part, UnitCosts } from "./unit-costs"
import { countingWork, type LiveLimits, redisWork, resultWork, voteWork, type Work } from "./work"

/** Processes of each part among which the load is shared, and shards. One Postgres holds everything. */
export type Shape = { vote: number; redis: number; shards: number; worker: number; result: number }

/** Cores that all processes of a part are busy with together. */
export type Cores = Readonly<Record<Part, number>>

export function workOf(
  load: Load,
  shape: Shape,
  costs: UnitCosts,
  live: LiveLimits,
): Readonly<Record<Part, Work>> {
  return {
    vote: voteWork(load, shape.vote, costs, live),
    redis: redisWork(load, shape, costs, live),
    worker: countingWork("worker", load, shape.shards, costs),
    postgres: countingWork("postgres", load, shape.shards, costs),
    result: resultWork(load, shape.result, costs, live),
  }
}

export function coresOf(load: Load, shape: Shape, costs: UnitCosts, live: LiveLimits): Cores {
  const { vote, redis, worker, postgres, result } = workOf(load, shape, costs, live)
  return {
    ...{ vote: sumOfWork(vote), redis: sumOfWork(redis), worker: sumOfWork(worker) },
    ...{ postgres: sumOfWork(postgres), result: sumOfWork(result) },
  }
}

export function sumOfWork(work: Work): number {
  return Object.values(work).reduce((sum, cores) => sum + cores, 0)
}

/** How many cores each part is busy with, for a load on so many processes. */

import { SHORTEST_INTERVAL_MS } from "../../../apps/result/live/hub"
import { commitIntervalMs } from "../../../apps/worker/counting/commit-interval"
import { between, type Curve, endOf, growing } from "./curve"
import type { Load } from "./load"
import type { Part, UnitCosts } from "./unit-costs"

/** Processes of each part among which the load is shared, and shards. One Postgres holds everything. */
export type Shape = { vote: number; redis: number; shards: number; worker: number; result: number }

/** What one result process may do: settings of it. */
export type LiveLimits = { deliveriesPerSecond: number; mostViewers: number }

/** A second: nobody is sent more. */
const MOST_PICTURES = 1_000 / SHORTEST_INTERVAL_MS

/** Cores that all processes of a part are busy with together. */
export type Cores = Readonly<Record<Part, number>>

export function coresOf(load: Load, shape: Shape, costs: UnitCosts, live: LiveLimits): Cores {
  return {
    vote: voteCores(load, shape.vote, costs),
    redis: redisCores(load.votes, shape.redis, costs),
    worker: countingCores("worker", load.votes, shape.shards, costs),
    postgres: countingCores("postgres", load.votes, shape.shards, costs),
    result: resultCores(load, shape.result, costs, live),
  }
}

/** Small rounds cost more a ballot, so that many processes with few votes each cost more than few with many. */
export function voteCores({ votes, pages, asks }: Load, processes: number, costs: UnitCosts): number {
  const voting = byMethod(costs.votes.vote, votes / processes, costs.method.accept)
  return processes * voting + pages * costs.page + asks * costs.ask
}

export function redisCores(votes: number, servers: number, costs: UnitCosts): number {
  return servers * byMethod(costs.votes.redis, votes / servers, costs.method.accept)
}

/** What a part takes with no votes it takes whatever they say. */
function byMethod(curve: Curve, votes: number, ratio: number): number {
  const idle = between(curve, 0)
  return idle + (growing(curve, votes) - idle) * ratio
}

/**
 * A ballot in a full batch has its price, and whatever was measured beyond that is the price of commits: with more shards there are
 * more of them for the same votes.
 */
export function countingCores(
  part: "worker" | "postgres",
  votes: number,
  shards: number,
  costs: UnitCosts,
): number {
  const curve = costs.votes[part]
  const measured = Math.min(votes, endOf(curve))
  const ballots = costs.fullBatch[part]
  const overhead = Math.max(0, between(curve, measured) - measured * ballots)
  const more = votes === 0 ? 1 : commitsOf(votes, shards) / commitsOf(votes, costs.shardsThen)
  return (votes * ballots + overhead * more) * costs.method.count
}

/** A second: each shard commits what it has, and waits between two commits for as long as its votes have it. */
export function commitsOf(votes: number, shards: number): number {
  const each = votes / shards
  return shards * Math.min(each, 1_000 / commitIntervalMs(each, 1_000))
}

/** Each process reads Postgres for itself, and sends its own viewers their pictures. */
export function resultCores(load: Load, processes: number, costs: UnitCosts, live: LiveLimits): number {
  const viewers = load.viewers / processes
  const deliveries = load.viewers * picturesOf(load, viewers, live)
  return (
    processes * between(costs.votes.result, load.votes) +
    deliveries * between(costs.picture, viewers) +
    load.arrivals * costs.handshake +
    load.resultsPages * costs.resultsPage
  )
}

/** New pictures a second for each viewer of a process that has so many of them. */
export function picturesOf({ votes }: Load, viewers: number, { deliveriesPerSecond }: LiveLimits): number {
  return Math.min(MOST_PICTURES, votes, deliveriesPerSecond / Math.max(viewers, 1))
}

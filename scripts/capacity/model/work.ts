/** What each part is busy with, in cores, for a load on so many processes. */

import { SHORTEST_INTERVAL_MS } from "../../../apps/result/live/hub"
import { ASK_MS, LONGEST_ASK_MS } from "../../../apps/vote/polls/asking-pace"
import { commitIntervalMs } from "../../../apps/worker/counting/commit-interval"
import type { Shape } from "./cores"
import { between, type Curve, endOf, growing } from "./curve"
import type { Load } from "./load"
import type { UnitCosts } from "./unit-costs"

export const WORKS = ["votes", "pages", "asks", "pictures", "handshakes"] as const
/** Cores by what they are busy with; `votes` is also what a part takes when nobody comes. */
export type Work = Readonly<Partial<Record<(typeof WORKS)[number], number>>>

/** What one process may do: settings of result and, for the questions of open ballot pages, of vote. */
export type LiveLimits = { deliveriesPerSecond: number; mostViewers: number; asksPerSecond: number }

/** A second: nobody is sent more. */
const MOST_PICTURES = 1_000 / SHORTEST_INTERVAL_MS

/** Small rounds cost more a ballot, so that many processes with few votes each cost more than few with many. */
export function voteWork(load: Load, processes: number, costs: UnitCosts, live: LiveLimits): Work {
  const asks = asksOf(load, processes, live) / processes
  return {
    votes:
      processes * votesBeside("vote", load.votes / processes, othersOf(load, processes, costs, live), costs),
    pages: load.pages * costs.page,
    asks: processes * askingWork(asks, costs),
  }
}

/** @param shape processes of vote, and servers of Redis, among which all is shared */
export function redisWork(
  load: Load,
  { vote, redis }: Pick<Shape, "vote" | "redis">,
  costs: UnitCosts,
  live: LiveLimits,
): Work {
  return { votes: redis * votesBeside("redis", load.votes / redis, othersOf(load, vote, costs, live), costs) }
}

/** Few questions cost more each than many. */
function askingWork(asks: number, { ask, besideAsks }: UnitCosts): number {
  const beyond = asks - besideAsks.asks
  return beyond > 0 ? besideAsks.cores + beyond * ask : (asks / besideAsks.asks) * besideAsks.cores
}

/** What one vote process has to do beside votes, in questions of open ballot pages a second. */
function othersOf(load: Load, processes: number, { page, ask }: UnitCosts, live: LiveLimits): number {
  return (asksOf(load, processes, live) + (load.pages * page) / ask) / processes
}

function votesBeside(
  part: "vote" | "redis",
  votes: number,
  others: number,
  { votes: curves, besideAsks, method }: UnitCosts,
): number {
  const alone = byMethod(curves[part], votes, method.accept)
  const share = Math.min(1, others / besideAsks.asks)
  return alone + share * (byMethod(besideAsks[part], votes, method.accept) - alone)
}

/** Questions a second of all open ballot pages, which share what so many processes answer. */
export function asksOf(
  { asking }: Pick<Load, "asking">,
  processes: number,
  { asksPerSecond }: LiveLimits,
): number {
  const [most, least] = [ASK_MS, LONGEST_ASK_MS].map((each) => (asking * 1_000) / each) as [number, number]
  return Math.min(most, Math.max(least, processes * asksPerSecond))
}

/** What a part takes with no votes it takes whatever they say. */
function byMethod(curve: Curve, votes: number, ratio: number): number {
  const idle = between(curve, 0)
  return idle + (growing(curve, votes) - idle) * ratio
}

/**
 * Of the worker and of Postgres. A ballot in a full batch has its price, and whatever was measured beyond that is the price of
 * commits: with more shards there are more of them for the same votes.
 */
export function countingWork(
  part: "worker" | "postgres",
  { votes }: Load,
  shards: number,
  costs: UnitCosts,
): Work {
  const curve = costs.votes[part]
  const measured = Math.min(votes, endOf(curve))
  const ballots = costs.fullBatch[part]
  const overhead = Math.max(0, between(curve, measured) - measured * ballots)
  const more = votes === 0 ? 1 : commitsOf(votes, shards) / commitsOf(votes, costs.shardsThen)
  return { votes: (votes * ballots + overhead * more) * costs.method.count }
}

/** A second: each shard commits what it has, and waits between two commits for as long as its votes have it. */
export function commitsOf(votes: number, shards: number): number {
  const each = votes / shards
  return shards * Math.min(each, 1_000 / commitIntervalMs(each, 1_000))
}

/** Each process reads Postgres for itself, and sends its own viewers their pictures. */
export function resultWork(load: Load, processes: number, costs: UnitCosts, live: LiveLimits): Work {
  const viewers = load.viewers / processes
  const deliveries = load.viewers * picturesOf(load, viewers, live)
  return {
    votes: processes * between(costs.votes.result, load.votes),
    pages: load.resultsPages * costs.resultsPage,
    pictures: deliveries * between(costs.picture, viewers),
    handshakes: load.arrivals * costs.handshake,
  }
}

/** New pictures a second for each viewer of a process that has so many of them. */
export function picturesOf({ votes }: Load, viewers: number, { deliveriesPerSecond }: LiveLimits): number {
  return Math.min(MOST_PICTURES, votes, deliveriesPerSecond / Math.max(viewers, 1))
}

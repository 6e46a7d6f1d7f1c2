/** The whole plan of an event: what comes, what is needed for it, and what is full first. */

import { sumOf, type Traffic, trafficOf } from "./bandwidth"
import { type Cores, coresOf, type Shape, workOf } from "./cores"
import { type Limit, limitsOf, type Room } from "./limits"
import { type Expectation, type Load, loadOf } from "./load"
import { shapeFor } from "./shape"
import { type Sizes, sizesFor } from "./sizes"
import type { Exchange, Part, UnitCosts } from "./unit-costs"
import { asksOf, type LiveLimits, picturesOf, type Work } from "./work"

/** What the host wants of the machines. */
export type Policy = Room & {
  /** The share of a core that a process may be busy with. */
  busy: number
  /** Processes of each app beyond those that the load needs. */
  spare: number
  /** Seconds for which votes are to be taken while Postgres is away. */
  hold: number
}

export type Plan = {
  expected: Expectation
  policy: Policy
  load: Load
  /** As many as the load needs. */
  needed: Shape
  /** As many as are to run: with the spare ones, and never less than two of an app. */
  run: Shape
  /** At the peak, on those that are needed. */
  cores: Cores
  work: Readonly<Record<Part, Work>>
  /** New pictures a second that each viewer gets. */
  pictures: number
  /** Questions a second of all open ballot pages. */
  asks: number
  sizes: Sizes
  /** At the peak, a second. */
  traffic: Traffic[]
  /** Bytes of the whole event. */
  total: Exchange
  /** Of what runs at the peak, the fullest first. */
  limits: Limit[]
}

const LEAST_OF_AN_APP = 2

export function planFor(expected: Expectation, policy: Policy, costs: UnitCosts, live: LiveLimits): Plan {
  const load = loadOf(expected)
  const needed = shapeFor(load, costs, live, policy.busy)
  const cores = coresOf(load, needed, costs, live)
  const work = workOf(load, needed, costs, live)
  const run = withSpares(needed, policy.spare)
  const traffic = trafficOf(load, needed, costs, live)
  const { out } = sumOf(traffic)
  const { voters, viewers } = expected
  return {
    ...{ expected, policy, load, needed, run, cores, work, traffic },
    pictures: picturesOf(load, viewers / needed.result, live),
    asks: asksOf(load, needed.vote, live),
    sizes: sizesFor({ voters, viewers, votes: load.votes, shape: needed }, costs, policy.hold),
    total: totalOf(expected, needed, costs, live),
    limits: limitsOf(load, working(needed, run), { costs, live, out, room: policy }),
  }
}

/** The spare processes have their share of the work, and the replicas of a cluster's masters have none. */
const working = (needed: Shape, run: Shape): Shape => ({ ...run, redis: needed.redis })

/** A cluster's masters have a replica each, which takes the place of one that dies; a single Redis is started anew. */
function withSpares({ vote, redis, shards, worker, result }: Shape, spare: number): Shape {
  const enough = (needed: number) => Math.max(LEAST_OF_AN_APP, needed + spare)
  const servers = redis > 1 ? redis * 2 : redis
  return { shards, redis: servers, vote: enough(vote), worker: enough(worker), result: enough(result) }
}

/** Over all its minutes, in which votes come as often as on average, and each voter's page asks for as long as it is open. */
function totalOf(expected: Expectation, shape: Shape, costs: UnitCosts, live: LiveLimits): Exchange {
  const { voters, minutes, stay, cdn } = expected
  const seconds = minutes * 60
  const asking = cdn ? 0 : (voters * stay) / seconds
  const mean = { ...loadOf({ ...expected, peak: 1 }), asking }
  const { in: received, out } = sumOf(trafficOf(mean, shape, costs, live))
  return { in: received * seconds, out: out * seconds }
}

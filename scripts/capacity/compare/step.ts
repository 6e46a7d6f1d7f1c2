/** The load that is played on this machine, and told by the model. */

import type { KindName } from "../../bench/subject/choice-polls"
import { type Cores, coresOf, type Shape } from "../model/cores"
import type { Load } from "../model/load"
import type { Method, UnitCosts } from "../model/unit-costs"
import type { LiveLimits } from "../model/work"

/** All rates are a second. */
export type Step = {
  votes: number
  /** Ballot pages that are opened. */
  pages: number
  /** Ballot pages that are open, and ask as often as they are told to. */
  open: number
  viewers: number
  seconds: number
  method: Method
}

/** The polls of `bench --only choices`, by what the ballots of a plan may say. */
export const KINDS: Readonly<Record<Method, KindName>> = {
  ...{ one: "one", several: "three", approval: "any", ranked: "rank" },
  ...{ rated: "rate", star: "star", decided: "decide" },
}

const ONE_OF_EACH: Shape = { vote: 1, redis: 1, shards: 4, worker: 1, result: 1 }

function loadOfStep({ votes, pages, open, viewers }: Step): Load {
  const coming = { arrivals: 0, resultsPages: 0, resultsFiles: 0 }
  return { votes, pages, files: 0, openPages: open, asking: open, viewers, ...coming }
}

/** What the model says that each part is busy with, where one process of each has it all. */
export function coresByModel(step: Step, costs: UnitCosts, live: LiveLimits): Cores {
  return coresOf(loadOfStep(step), ONE_OF_EACH, costs, live)
}

/** The contracts: APIs of other voting systems that the app answers beside its own. */

import type { Contract } from "@tallyroom/lib/contracts/contract"
import { PETS_POLL } from "@tallyroom/lib/contracts/pets"
import type { RedisShards } from "@tallyroom/lib/inbox/redis/shards"
import type { AnyElysia } from "elysia"
import type { PollCache } from "../polls/poll-cache"
import { FirstVotes, type NetworkLimit } from "./first-votes"
import { petRoutes } from "./pets"
import { type PostDeps, postRoutes } from "./posts"

type Plugin = <App extends AnyElysia>(app: App) => App

/** The paths of each contract, which only programs use. */
const CONTRACT_PATHS: Record<Contract, RegExp | null> = {
  classic: null,
  pets: /^\/vote$/,
  posts: /^\/vote(-counts)?$/,
}

/** Whether this path belongs to the contract. */
export function isContractPath(contract: Contract, path: string): boolean {
  return CONTRACT_PATHS[contract]?.test(path) ?? false
}

/** The routes of the contract. The classic contract has none beside Tallyroom's own. */
export function contractRoutes(
  contract: Contract,
  deps: PostDeps,
  redis: RedisShards,
  network: NetworkLimit,
): Plugin {
  if (contract === "pets") return petRoutes(deps)
  if (contract === "posts")
    return postRoutes(deps, new FirstVotes(redis, deps.polls, deps.onInboxAway, network))
  return (app) => app
}

/** The polls, with the contract's own poll as the default one, which the start page shows. */
export function pollsOf(contract: Contract, polls: PollCache): Pick<PollCache, "index" | "poll" | "forget"> {
  if (contract !== "pets") return polls
  return {
    index: async () => ({ ...(await polls.index()), default: PETS_POLL }),
    poll: (id) => polls.poll(id),
    forget: (id) => polls.forget(id),
  }
}

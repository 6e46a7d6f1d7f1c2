/** The Lua scripts as commands of the Redis client. */

import buryPoll from "./bury.lua" with { type: "text" }
import castBallots from "./cast.lua" with { type: "text" }
import look from "./look.lua" with { type: "text" }
import openGate from "./open-gate.lua" with { type: "text" }
import projectPoll from "./project.lua" with { type: "text" }
import restoreVoters from "./restore-voters.lua" with { type: "text" }
import wantPoll from "./want-poll.lua" with { type: "text" }

export const scripts = {
  castBallots: { lua: castBallots },
  lookAtShard: { lua: look, numberOfKeys: 2 },
  openGate: { lua: openGate, numberOfKeys: 2 },
  projectPoll: { lua: projectPoll, numberOfKeys: 4 },
  restoreVoters: { lua: restoreVoters, numberOfKeys: 2 },
  buryPoll: { lua: buryPoll, numberOfKeys: 2 },
  wantPoll: { lua: wantPoll, numberOfKeys: 1 },
}

type Argument = string | number
export type ProjectOutcome = "written" | "behind" | "older" | "fenced"

declare module "ioredis" {
  interface RedisCommander<Context> {
    castBallots(numberOfKeys: number, ...args: Argument[]): import("ioredis").Result<string[], Context>
    lookAtShard(
      gate: string,
      inbox: string,
    ): import("ioredis").Result<[string, string, string, number], Context>
    openGate(
      gate: string,
      inbox: string,
      ...args: Argument[]
    ): import("ioredis").Result<"open" | "changed", Context>
    projectPoll(
      poll: string,
      inbox: string,
      voters: string,
      gate: string,
      ...args: Argument[]
    ): import("ioredis").Result<[ProjectOutcome, string], Context>
    restoreVoters(
      voters: string,
      gate: string,
      marker: string,
      ...args: string[]
    ): import("ioredis").Result<"written" | "fenced", Context>
    buryPoll(
      poll: string,
      voters: string,
      ...args: Argument[]
    ): import("ioredis").Result<"buried" | "absent" | "newer", Context>
    wantPoll(wanted: string, poll: string, most: number): import("ioredis").Result<0 | 1, Context>
  }
}

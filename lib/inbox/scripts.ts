/** The Lua scripts as commands of the Redis client. */

import castBallots from "./cast.lua" with { type: "text" }
import look from "./look.lua" with { type: "text" }
import openGate from "./open-gate.lua" with { type: "text" }
import projectPoll from "./project.lua" with { type: "text" }

export const scripts = {
  castBallots: { lua: castBallots },
  lookAtShard: { lua: look, numberOfKeys: 2 },
  openGate: { lua: openGate, numberOfKeys: 2 },
  projectPoll: { lua: projectPoll, numberOfKeys: 3 },
}

type Argument = string | number

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
      ...args: Argument[]
    ): import("ioredis").Result<[string, string], Context>
  }
}

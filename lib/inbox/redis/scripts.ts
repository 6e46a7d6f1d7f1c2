/**
 * The Lua scripts as commands of the Redis client. Those with the flag allow-oom work in a Redis whose memory is full: what closes,
 * deletes, trims and opens takes none, or gives some back. What a voter causes has no such flag.
 */

import castBallots from "./cast.lua" with { type: "text" }
import claimShard from "./claim.lua" with { type: "text" }
import countAnswers from "./count-answers.lua" with { type: "text" }
import findPoll from "./find-poll.lua" with { type: "text" }
import inspectShard from "./inspect.lua" with { type: "text" }
import lowerFence from "./lower-fence.lua" with { type: "text" }
import projectPoll from "./project.lua" with { type: "text" }
import putValues from "./put.lua" with { type: "text" }
import releaseCounted from "./release.lua" with { type: "text" }
import restoreVoters from "./restore-voters.lua" with { type: "text" }
import { script } from "./script"
import writeTombstone from "./tombstone.lua" with { type: "text" }
import wantPoll from "./want-poll.lua" with { type: "text" }
import checkWriting from "./writable.lua" with { type: "text" }

export const scripts = {
  castBallots: script(castBallots),
  checkWriting: script(checkWriting),
  claimShard: script(claimShard),
  countAnswers: script(countAnswers),
  findPoll: script(findPoll),
  inspectShard: script(inspectShard),
  lowerFence: script(lowerFence),
  projectPoll: script(projectPoll),
  putValues: script(putValues),
  releaseCounted: script(releaseCounted),
  restoreVoters: script(restoreVoters),
  writeTombstone: script(writeTombstone),
  wantPoll: script(wantPoll),
}

type Argument = string | number
export type ProjectOutcome = "written" | "behind" | "older" | "fenced"

declare module "ioredis" {
  interface RedisCommander<Context> {
    castBallots(numberOfKeys: number, ...args: Argument[]): import("ioredis").Result<string[], Context>
    checkWriting(fence: string, inbox: string): import("ioredis").Result<string, Context>
    claimShard(room: string, instance: string): import("ioredis").Result<string, Context>
    countAnswers(poll: string, field: string, count: number): import("ioredis").Result<number, Context>
    findPoll(poll: string, fence: string): import("ioredis").Result<[string, string, string, string], Context>
    inspectShard(
      fence: string,
      inbox: string,
    ): import("ioredis").Result<[string, string, string, number], Context>
    lowerFence(
      fence: string,
      inbox: string,
      ...args: Argument[]
    ): import("ioredis").Result<"open" | "changed", Context>
    projectPoll(
      poll: string,
      inbox: string,
      voters: string,
      fence: string,
      ...args: Argument[]
    ): import("ioredis").Result<[ProjectOutcome, string], Context>
    putValues(numberOfKeys: number, ...keysAndValues: string[]): import("ioredis").Result<number, Context>
    releaseCounted(
      inbox: string,
      counted: string,
      position: string,
      next: string,
    ): import("ioredis").Result<0, Context>
    restoreVoters(
      voters: string,
      fence: string,
      marker: string,
      ...args: string[]
    ): import("ioredis").Result<"written" | "fenced", Context>
    writeTombstone(
      poll: string,
      voters: string,
      ...args: Argument[]
    ): import("ioredis").Result<"tombstone" | "absent" | "newer", Context>
    wantPoll(
      wanted: string,
      wanters: string,
      poll: string,
      most: number,
      network: string,
      share: number,
    ): import("ioredis").Result<number, Context>
  }
}

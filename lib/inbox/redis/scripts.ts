/**
 * The Lua scripts as commands of the Redis client. Those with the flag allow-oom work in a Redis whose memory is full: what closes,
 * deletes, trims and opens takes none, or gives some back. What a voter causes has no such flag.
 */

import addMissing from "./add-missing.lua" with { type: "text" }
import castBallots from "./cast.lua" with { type: "text" }
import claimShard from "./claim.lua" with { type: "text" }
import claimPrimary from "./claim-primary.lua" with { type: "text" }
import countAnswers from "./count-answers.lua" with { type: "text" }
import dropForged from "./drop-forged.lua" with { type: "text" }
import findPoll from "./find-poll.lua" with { type: "text" }
import forgetMissing from "./forget-missing.lua" with { type: "text" }
import forgetRetained from "./forget-retained.lua" with { type: "text" }
import inspectShard from "./inspect.lua" with { type: "text" }
import lowerFence from "./lower-fence.lua" with { type: "text" }
import makeRoom from "./make-room.lua" with { type: "text" }
import projectPoll from "./project.lua" with { type: "text" }
import putValues from "./put.lua" with { type: "text" }
import readBounded from "./read-bounded.lua" with { type: "text" }
import releaseCounted from "./release.lua" with { type: "text" }
import restoreVoters from "./restore-voters.lua" with { type: "text" }
import retainCounted from "./retain.lua" with { type: "text" }
import { script } from "./script"
import tellAccepted from "./tell-accepted.lua" with { type: "text" }
import writeTombstone from "./tombstone.lua" with { type: "text" }
import wantPoll from "./want-poll.lua" with { type: "text" }
import checkWriting from "./writable.lua" with { type: "text" }

const others = {
  addMissing: script(addMissing),
  castBallots: script(castBallots),
  claimPrimary: script(claimPrimary),
  claimShard: script(claimShard),
  countAnswers: script(countAnswers),
  dropForged: script(dropForged),
  findPoll: script(findPoll),
  forgetMissing: script(forgetMissing),
  forgetRetained: script(forgetRetained),
  inspectShard: script(inspectShard),
  lowerFence: script(lowerFence),
  makeRoom: script(makeRoom),
  projectPoll: script(projectPoll),
  putValues: script(putValues),
  readBounded: script(readBounded),
  releaseCounted: script(releaseCounted),
  restoreVoters: script(restoreVoters),
  retainCounted: script(retainCounted),
  tellAccepted: script(tellAccepted),
  writeTombstone: script(writeTombstone),
  wantPoll: script(wantPoll),
}

/** Where Redis knows this form of checkWriting, a worker of this version has loaded all of them. */
const version = new Bun.CryptoHasher("sha1").update(JSON.stringify(others)).digest("hex")

export const scripts = { ...others, checkWriting: script(`${checkWriting}-- beside ${version}\n`) }

type Argument = string | number
export type ProjectOutcome = "written" | "later" | "behind" | "older" | "fenced"

declare module "ioredis" {
  interface RedisCommander<Context> {
    addMissing(missing: string, poll: string, number: number): import("ioredis").Result<0, Context>
    castBallots(numberOfKeys: number, ...args: Argument[]): import("ioredis").Result<string[], Context>
    checkWriting(
      fence: string,
      inbox: string,
      poll: string,
      voters: string,
    ): import("ioredis").Result<string, Context>
    claimPrimary(primary: string, claim: string): import("ioredis").Result<string, Context>
    claimShard(room: string, instance: string): import("ioredis").Result<string, Context>
    countAnswers(poll: string, field: string, count: number): import("ioredis").Result<number, Context>
    dropForged(inbox: string): import("ioredis").Result<number, Context>
    findPoll(poll: string, fence: string): import("ioredis").Result<[string, string, string, string], Context>
    forgetMissing(missing: string, number: number): import("ioredis").Result<0, Context>
    forgetRetained(stream: string, number: number, after: string): import("ioredis").Result<string, Context>
    inspectShard(
      fence: string,
      inbox: string,
    ): import("ioredis").Result<[string, string, string, number], Context>
    lowerFence(
      fence: string,
      inbox: string,
      ...args: Argument[]
    ): import("ioredis").Result<"open" | "changed", Context>
    makeRoom(retained: string, dropped: string, ageMs: number): import("ioredis").Result<number, Context>
    projectPoll(
      poll: string,
      inbox: string,
      voters: string,
      fence: string,
      ...args: Argument[]
    ): import("ioredis").Result<[ProjectOutcome, string], Context>
    putValues(numberOfKeys: number, ...keysAndValues: string[]): import("ioredis").Result<number, Context>
    readBounded(
      inbox: string,
      after: string,
      count: number,
      mostBytes: number,
      mostText: number,
    ): import("ioredis").Result<["more" | "all", [id: string, fields: string[]][]], Context>
    releaseCounted(
      inbox: string,
      counted: string,
      primary: string,
      position: string,
      next: string,
      claim: string,
    ): import("ioredis").Result<0, Context>
    restoreVoters(
      numberOfKeys: number,
      fence: string,
      ...args: Argument[]
    ): import("ioredis").Result<"written" | "fenced", Context>
    retainCounted(
      inbox: string,
      counted: string,
      retained: string,
      dropped: string,
      primary: string,
      position: string,
      ageMs: number,
      bytes: number,
      now: number,
      claim: string,
    ): import("ioredis").Result<0 | 1, Context>
    tellAccepted(
      missing: string,
      poll: string,
      number: number,
      count: number,
      since: string,
    ): import("ioredis").Result<"same" | "absent" | "told", Context>
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

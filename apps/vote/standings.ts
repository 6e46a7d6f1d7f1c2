/** What stands of a visitor who comes back, as the inbox has it, so that the page says it without scripts too. */

import { parsePosition, shardOf } from "@tallyroom/lib/ballots"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { Poll } from "@tallyroom/lib/polls"
import { writeReceipt } from "@tallyroom/lib/receipts"
import { voterOf } from "@tallyroom/lib/voters"
import type { Redis } from "ioredis"
import type { Standing } from "./view/ballot-data"
import type { Visitor } from "./visitor"

/** A page without it is better than a late one: the inbox decides at the vote anyway. */
const PATIENCE_MS = 150

export class Standings {
  constructor(private readonly redis: Pick<Redis, "hget">) {}

  /**
   * The vote of this visitor that stands; null when there is none, or nobody can say in time.
   * @param shards how many the inbox has
   */
  async read(poll: Poll, visitor: Visitor, shards: number): Promise<Standing | null> {
    const voter = voterOf(poll.salt, { kind: "visitor", value: visitor.id })
    const shard = shardOf(voter, shards)
    const stored = await inTime(this.redis.hget(keys.voters(shard, poll.id), voter))
    const [option = "", id = ""] = stored?.split(" ", 2) ?? []
    const position = parsePosition(id)
    if (option === "" || position === null) return null
    return { status: "same", option, receipt: writeReceipt(poll.salt, { shard, position, voter }) }
  }
}

function inTime(answer: Promise<string | null>): Promise<string | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS, null)
    const end = (stored: string | null) => {
      clearTimeout(timer)
      resolve(stored)
    }
    answer.then(end, () => end(null))
  })
}

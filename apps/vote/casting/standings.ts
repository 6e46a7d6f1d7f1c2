/** What stands of a visitor who comes back, as the inbox has it, so that the page says it without scripts too. */

import { writeReceipt } from "@tallyroom/lib/ballots/receipts"
import { shardOf } from "@tallyroom/lib/ballots/voter"
import type { Appender } from "@tallyroom/lib/inbox/contract"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { Standing } from "../ballot/view/ballot-data"
import type { Visitor } from "../voter/visitor"
import { voterOf } from "../voter/voters"

/** A page without it is better than a late one: the inbox decides at the vote anyway. */
const PATIENCE_MS = 150

/**
 * The vote of this visitor that stands; null when there is none, or nobody can say in time.
 * @param inbox for this number of shards
 */
export async function standingOf(
  inbox: Pick<Appender, "standing">,
  poll: Poll,
  visitor: Visitor,
  shards: number,
): Promise<Standing | null> {
  const voter = voterOf(poll.salt, { kind: "visitor", value: visitor.id })
  const shard = shardOf(voter, shards)
  const stands = await inTime(inbox.standing({ shard, poll, voter }))
  if (!stands) return null
  const { option, position } = stands
  return { status: "same", option, receipt: writeReceipt(poll.salt, { shard, position, voter }) }
}

function inTime<T>(answer: Promise<T | null>): Promise<T | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS, null)
    const end = (found: T | null) => {
      clearTimeout(timer)
      resolve(found)
    }
    answer.then(end, () => end(null))
  })
}

/** The own vote of a visitor who comes back, as the inbox knows it, so that the page shows it without scripts, too. */

import { choiceOf } from "@tallyroom/lib/ballots/choice"
import { writeReceipt } from "@tallyroom/lib/ballots/receipts"
import { shardOf } from "@tallyroom/lib/ballots/voter"
import { type Appender, InboxAway } from "@tallyroom/lib/inbox/contract"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { within } from "@tallyroom/lib/within"
import type { Identified } from "../voter/eligibility"
import { ownerOf, voterOf } from "../voter/voters"
import type { OwnVote } from "./cast-ballot"

/** A page without it is better than a late page: the inbox decides anyway when the visitor votes. */
const PATIENCE_MS = 150

/**
 * The vote that this visitor cast and that stands; null if there is none, or if the inbox does not answer in time.
 * @param inbox for this number of shards
 * @param way how long the way to Redis and back takes, in ms
 */
export async function ownVoteOf(
  inbox: Pick<Appender, "standing">,
  poll: Poll,
  { identity, owner }: Pick<Identified, "identity" | "owner">,
  shards: number,
  way = 0,
): Promise<OwnVote | null> {
  const voter = voterOf(poll.salt, identity)
  const shard = shardOf(voter, shards)
  const known = inbox.standing({
    ...{ shard, poll, voter },
    ...(owner && { owner: ownerOf(poll.salt, owner) }),
  })
  const stands = await within(
    PATIENCE_MS + way,
    known,
    () => new InboxAway("the inbox did not answer in time"),
  ).catch(() => null)
  if (!stands) return null
  const choice = choiceOf(poll, stands.option)
  const { position } = stands
  return choice && { status: "same", ...choice, receipt: writeReceipt(poll.salt, { shard, position, voter }) }
}

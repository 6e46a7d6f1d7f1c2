/** The template of posts: how a post's poll is made, how many there may be, and which option a score stands for. */

import { isPostPoll, type Posts } from "@tallyroom/lib/contracts/posts"
import type { Database } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { newSalt } from "@tallyroom/lib/polls/rows"
import { textArray } from "@tallyroom/lib/postgres-array"
import type { Redis } from "ioredis"

const OPTIONS = [
  { id: "upvote", label: "Upvote", emoji: "👍" },
  { id: "downvote", label: "Downvote", emoji: "👎" },
]
/** Redis decides about ballots by options, so vote gets this map, and finds a score's option in it. */
const SCORES = { "1": "upvote", "-1": "downvote" }

/** Any number, as long as nobody else uses it in this database. */
const POSTS_LOCK = 7_411_301
/** How many are made in one transaction: a flood of made-up ids must be no flood of transactions. */
const MOST_AT_ONCE = 200

/** What vote is told of posts. */
export function postsIndex(polls: Poll[], limit: number): Posts {
  const made = polls.filter(({ id }) => isPostPoll(id)).length
  return { scores: SCORES, full: made >= limit, limit }
}

/** Makes the polls that votes wait for, within the limit. The trigger on polls tells every worker of them. */
export async function makeWantedPosts(redis: Redis, sql: Database, limit: number): Promise<void> {
  const wanted = await redis.srandmember(keys.wanted, MOST_AT_ONCE).catch(dropGarbage(redis))
  if (wanted.length === 0) return
  await makePosts(sql, wanted.filter(isPostPoll), limit)
  // They are removed only now: a worker that dies before leaves them to the next.
  await redis.srem(keys.wanted, ...wanted)
}

/**
 * Creates those of these polls that do not exist, as long as the limit allows. They are open, have live results, and are left out
 * of public lists like an archived poll.
 */
async function makePosts(sql: Database, ids: string[], limit: number): Promise<void> {
  if (ids.length === 0) return
  await sql.begin(async (transaction) => {
    await transaction`SELECT pg_advisory_xact_lock(${POSTS_LOCK})`
    const salts = ids.map(() => newSalt())
    await transaction`
      INSERT INTO polls (id, title, options, policy, state, results, eligibility, salt, archived_at)
      SELECT id, 'Post ' || substr(id, 6), ${JSON.stringify(OPTIONS)}::text::jsonb,
        'changeable', 'open', 'live', 'browser', salt, now()
      FROM unnest(${textArray(ids)}::text[], ${textArray(salts)}::text[]) AS wanted(id, salt)
      WHERE NOT EXISTS (SELECT FROM polls WHERE polls.id = wanted.id)
      LIMIT GREATEST(0, ${limit}::integer - (SELECT count(*) FROM polls WHERE id ~ '^post-[1-9][0-9]{0,8}$'))
      ON CONFLICT DO NOTHING`
  })
}

/** Removes a key of another type: votes could never ask for a post there again. */
function dropGarbage(redis: Redis): (error: Error) => Promise<string[]> {
  return async (error) => {
    if (!error.message.startsWith("WRONGTYPE")) throw error
    await redis.del(keys.wanted)
    return []
  }
}

/** Posts with up- and downvotes: each is a poll of its own, which is created by its first vote. */

import { z } from "zod"
import { slugSchema } from "../polls/poll"

export const POST_ID = /^[1-9]\d{0,8}$/
const POST_POLL = /^post-[1-9]\d{0,8}$/

export function pollOfPost(postId: string): string {
  return `post-${postId}`
}

/** Whether a poll with this id may be made from the template. */
export function isPostPoll(poll: string): boolean {
  return POST_POLL.test(poll)
}

/** What vote learns from the worker about the polls of posts. */
export const postsSchema = z.object({
  /** The option that each score stands for. */
  scores: z.record(z.string(), slugSchema),
  /** The limit of posts is reached, so that no vote creates another. */
  full: z.boolean(),
  /** How many posts there may be. A worker of an earlier version does not say it. */
  limit: z.number().optional(),
})
export type Posts = z.infer<typeof postsSchema>

/** What can be voted on, as vote is told. */

import type { PollIndex } from "@tallyroom/lib/inbox/redis/poll-copies"
import type { PollBook } from "./poll-book"
import { postsIndex } from "./posts"

/** @param postsLimit posts that votes may bring into being; null: votes make none */
export function pollIndex(polls: PollBook, shards: number, postsLimit: number | null): PollIndex {
  const all = polls.all()
  return {
    shards,
    default: all.find((poll) => poll.isDefault)?.id ?? null,
    open: polls.open().map((poll) => poll.id),
    ...(postsLimit !== null && { posts: postsIndex(all, postsLimit) }),
  }
}

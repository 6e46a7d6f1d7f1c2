/** Polls that their first vote creates: vote asks the worker for one by way of Redis, and waits until it is there. */

import { pause } from "@tallyroom/lib/backoff"
import type { Posts } from "@tallyroom/lib/contracts/posts"
import { Problem } from "@tallyroom/lib/errors"
import { asInboxAway, InboxAway } from "@tallyroom/lib/inbox/contract"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { Redis } from "ioredis"
import type { PollCache } from "../polls/poll-cache"
import { isPollMissing } from "../polls/poll-problems"

/** A worker creates a poll in well under 100 ms. A client that waits longer is told to come back. */
const PATIENCE_MS = 1_500
/** The time between two looks; it doubles each time, as many clients may wait for a worker that is away. */
const LOOK_MS = 10
const LONGEST_LOOK_MS = 160
/** The tally of a new poll follows it within 0.1 s. */
const TALLY_PATIENCE_MS = 500
/** The most polls that this process waits for at once, and that all processes may ask the worker for. */
const MOST_WAITING = 200
const MOST_WANTED = 1_000

export class FirstVotes {
  private readonly waiting = new Map<string, Promise<void>>()

  constructor(
    private readonly redis: Redis,
    private readonly polls: Pick<PollCache, "index" | "poll" | "forget">,
    private readonly onInboxAway: (error: Error) => void,
  ) {}

  /** How posts are voted on. @throws {InboxAway} when that is unknown, as while no worker creates posts */
  async posts(): Promise<Posts> {
    const { posts } = await this.polls.index()
    if (posts) return posts
    const away = new InboxAway("the worker makes no posts: set CONTRACTS=posts there")
    this.onInboxAway(away)
    throw away
  }

  /** Whether the poll is there. @throws {InboxAway} when that is unknown */
  async isThere(poll: string): Promise<boolean> {
    try {
      await this.polls.poll(poll)
      return true
    } catch (error) {
      if (isPollMissing(error)) return false
      throw error
    }
  }

  /**
   * Asks for the poll and returns once every shard of the inbox knows it. Clients that want the same poll wait together.
   * @throws {Problem} posts-full, inbox-full; @throws {InboxAway} when no worker made it in time
   */
  async make(poll: string): Promise<void> {
    const known = this.waiting.get(poll)
    if (known) return known
    if (this.waiting.size >= MOST_WAITING) throw tooMany()
    const made = this.ask(poll).finally(() => this.waiting.delete(poll))
    this.waiting.set(poll, made)
    return made
  }

  /** Whether there is a tally of the poll. If the poll was created just now, this waits for it. @throws {InboxAway} */
  async isCounted(poll: string): Promise<boolean> {
    const end = performance.now() + TALLY_PATIENCE_MS
    for (;;) {
      if ((await this.redis.exists(keys.tally(poll)).catch(away)) === 1) return true
      if (performance.now() > end) return false
      await pause(LOOK_MS)
    }
  }

  private async ask(poll: string): Promise<void> {
    const end = performance.now() + PATIENCE_MS
    for (let lookMs = LOOK_MS; ; lookMs = Math.min(lookMs * 2, LONGEST_LOOK_MS)) {
      if (await this.stands(poll)) return this.polls.forget(poll)
      if ((await this.posts()).full) throw full()
      if ((await this.redis.wantPoll(keys.wanted, poll, MOST_WANTED).catch(away)) === 0) throw tooMany()
      if (performance.now() > end) throw new InboxAway(`no worker made the poll ${poll} in time`)
      await pause(lookMs)
    }
  }

  private async stands(poll: string): Promise<boolean> {
    const { shards } = await this.polls.index()
    const looks = Array.from({ length: shards }, (_, shard) =>
      this.redis.hget(keys.poll(shard, poll), "state").catch(away),
    )
    return (await Promise.all(looks)).every((state) => state !== null && state !== "deleted")
  }
}

function away(cause: Error): never {
  throw asInboxAway("Redis", cause)
}

function tooMany(): Problem {
  const detail = "Too many posts get their first vote at once: send the same vote again."
  return new Problem("inbox-full", detail, { retryAfter: 1 })
}

function full(): Problem {
  return new Problem("posts-full", "There are as many posts as may be: vote on one that has votes already.")
}

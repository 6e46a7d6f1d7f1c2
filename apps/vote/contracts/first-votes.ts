/** Polls that their first vote creates: vote asks the worker for one by way of Redis, and waits until it is there. */

import { pause } from "@tallyroom/lib/backoff"
import { keyedText } from "@tallyroom/lib/ballots/keyed"
import type { Posts } from "@tallyroom/lib/contracts/posts"
import { Problem } from "@tallyroom/lib/errors"
import { shareOf } from "@tallyroom/lib/http/network-share"
import { asInboxAway, InboxAway } from "@tallyroom/lib/inbox/contract"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { RedisShards } from "@tallyroom/lib/inbox/redis/shards"
import type { PollCache } from "../polls/poll-cache"
import { isPollMissing, pollUnknown } from "../polls/poll-problems"

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

/** What one network may take, and the secret under which Redis knows it. */
export type NetworkLimit = { secret: string; percent: number }

export class FirstVotes {
  private readonly waiting = new Map<string, Promise<void>>()

  constructor(
    private readonly redis: RedisShards,
    private readonly polls: Pick<PollCache, "index" | "poll" | "forget">,
    private readonly onInboxAway: (error: Error) => void,
    private readonly network: NetworkLimit,
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
   * Asks for the poll and returns once every shard of the inbox knows it. Clients of one network that want the same poll wait together.
   * @param network of the client, which may make a share of all posts alone
   * @throws {Problem} posts-full, network-full, inbox-full; @throws {InboxAway} when no worker made it in time
   */
  async make(poll: string, network: string): Promise<void> {
    const asking = `${poll} ${network}`
    const known = this.waiting.get(asking)
    if (known) return known
    if (this.waiting.size >= MOST_WAITING) throw tooMany()
    const made = this.ask(poll, network).finally(() => this.waiting.delete(asking))
    this.waiting.set(asking, made)
    return made
  }

  /** Whether there is a tally of the poll. If the poll was created just now, this waits for it. @throws {InboxAway} */
  async isCounted(poll: string): Promise<boolean> {
    const end = performance.now() + TALLY_PATIENCE_MS
    for (;;) {
      if ((await this.redis.of(0).exists(keys.tally(poll)).catch(away)) === 1) return true
      if (performance.now() > end) return false
      await pause(LOOK_MS)
    }
  }

  private async ask(poll: string, network: string): Promise<void> {
    const end = performance.now() + PATIENCE_MS
    let isNoted = false
    for (let lookMs = LOOK_MS; ; lookMs = Math.min(lookMs * 2, LONGEST_LOOK_MS)) {
      if (await this.stands(poll)) return this.polls.forget(poll)
      const posts = await this.posts()
      if (posts.full) throw full()
      await this.want(poll, isNoted ? "" : this.hidden(network), posts)
      isNoted = true
      if (performance.now() > end) throw new InboxAway(`no worker made the poll ${poll} in time`)
      await pause(lookMs)
    }
  }

  /** @param network who asks; empty where Redis has noted it already */
  private async want(poll: string, network: string, { limit }: Posts): Promise<void> {
    const share = shareOf(limit ?? Number.MAX_SAFE_INTEGER, this.network.percent)
    const heard = await this.redis
      .of(0)
      .wantPoll(keys.wanted, keys.wanters, poll, MOST_WANTED, network, share)
      .catch(away)
    if (heard === 0) throw tooMany()
    if (heard < 0) throw networkFull(share, -heard)
  }

  /** No network can be read from what stands in Redis. */
  private hidden(network: string): string {
    return keyedText(this.network.secret, `posts of ${network}`, 12)
  }

  /** @throws {Problem} poll-unknown while an admin prepares it */
  private async stands(poll: string): Promise<boolean> {
    const { shards } = await this.polls.index()
    const looks = Array.from({ length: shards }, (_, shard) =>
      this.redis.of(shard).hget(keys.poll(shard, poll), "state").catch(away),
    )
    const states = await Promise.all(looks)
    if (states.includes("draft")) throw pollUnknown(poll)
    return states.every((state) => state !== null && state !== "deleted")
  }
}

function away(cause: Error): never {
  throw asInboxAway("Redis", cause)
}

function tooMany(): Problem {
  const detail = "Too many posts get their first vote at once: send the same vote again."
  return new Problem("inbox-full", detail, { retryAfter: 1 })
}

function networkFull(share: number, seconds: number): Problem {
  const detail = `Your network has brought ${share} posts into being today, its share: vote on one that has votes already.`
  return new Problem("network-full", detail, { retryAfter: seconds })
}

function full(): Problem {
  return new Problem("posts-full", "There are as many posts as may be: vote on one that has votes already.")
}

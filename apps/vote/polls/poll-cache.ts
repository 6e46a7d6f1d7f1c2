/** The polls as Redis has them; each is read at most twice a second. Whether a ballot is taken, the inbox decides anyway. */

import { BoundedMap } from "@tallyroom/lib/bounded-map"
import { elapsedNow } from "@tallyroom/lib/elapsed"
import { asInboxAway } from "@tallyroom/lib/inbox/contract"
import type { RedisClock } from "@tallyroom/lib/inbox/redis/clock"
import {
  findPollCopy,
  findVerifiedPollCopy,
  type PollIndex,
  readIndex,
} from "@tallyroom/lib/inbox/redis/poll-copies"
import type { RedisShards } from "@tallyroom/lib/inbox/redis/shards"
import { type Poll, SLUG } from "@tallyroom/lib/polls/poll"
import { pollDeleted, pollUnknown } from "./poll-problems"
import { type Freshness, SingleFlight } from "./single-flight"

/** A page asks each second, so that it learns within two seconds that a poll has closed. */
const FRESH_MS = 500
const USABLE_MS = 30_000
/** A poll that was made just now must be found within a second. */
const UNKNOWN: Freshness = { freshMs: 500, usableMs: 0 }
/** The most entries of each kind. A flood of made-up ids only pushes out other made-up ids. */
const MOST_ENTRIES = 1_000

/** Where polls are read from. */
export type PollSource = {
  poll: (id: string) => Promise<Poll | "deleted" | null>
  index: () => Promise<PollIndex>
  /** How long the way there and back takes, in ms. */
  way?: () => number
  /** By which the age of what was read is measured: with a broker `elapsedNow`, as the age guards a promise there. */
  now?: () => number
}

/**
 * @param clock is read with the polls, as these open and close by it
 * @param hasBroker whether a broker holds the ballots: then nobody but vote looks whether a poll takes them
 */
export function pollsIn(
  redis: RedisShards,
  clock: Pick<RedisClock, "refresh" | "way">,
  hasBroker = false,
): PollSource {
  const withClock =
    <A extends unknown[], T>(read: (...asked: A) => Promise<T>) =>
    (...asked: A) => {
      clock.refresh()
      return read(...asked)
    }
  const first = redis.of(0)
  const verified = async (id: string) => (await findVerifiedPollCopy(first, id)).poll
  const index = async () => {
    const found = await readIndex(first)
    // So that the connections of all shards stand before their first ballots come.
    for (let shard = 0; shard < found.shards; shard++) redis.of(shard)
    return found
  }
  return {
    poll: withClock(hasBroker ? verified : (id: string) => findPollCopy(first, id)),
    index: withClock(index),
    way: () => clock.way() ?? 0,
    now: hasBroker ? elapsedNow : () => performance.now(),
  }
}

/** A poll, and when Redis was asked for it (by the source's `now`). */
export type PollReading = Poll & { askedAt: number }

type Entry = SingleFlight<PollReading | "deleted" | null>

export class PollCache {
  private readonly known = new BoundedMap<string, Entry>(MOST_ENTRIES)
  private readonly unknown = new BoundedMap<string, Entry>(MOST_ENTRIES)
  private readonly indexEntry: SingleFlight<PollIndex>
  /** Why the index can't be read; null if it can. */
  indexFailure: string | null = "the inbox was not asked yet"

  private readonly freshness: Freshness

  /** @param usableMs how old a poll may be while no newer copy can be read */
  constructor(
    private readonly source: PollSource,
    usableMs = USABLE_MS,
  ) {
    this.freshness = { freshMs: Math.min(FRESH_MS, usableMs / 2), usableMs }
    this.indexEntry = new SingleFlight(
      () => this.loadIndex(),
      () => this.freshness,
      // It is asked for first, and then the default poll.
      () => 2 * (source.way?.() ?? 0),
      source.now,
    )
  }

  /** The default poll, and the number of shards. @throws {InboxAway} */
  index(): Promise<PollIndex> {
    return this.indexEntry.get()
  }

  /** @throws {Problem} poll-unknown, poll-deleted; @throws {InboxAway} */
  async poll(id: string): Promise<PollReading> {
    if (!SLUG.test(id)) throw pollUnknown(id)
    const poll = await this.entry(id).get()
    if (poll === null) throw pollUnknown(id)
    if (poll === "deleted") throw pollDeleted(id)
    return poll
  }

  /** Forgets this poll, so that it is read anew: the inbox knows another version of it. */
  forget(id: string): void {
    this.known.delete(id)
    this.unknown.delete(id)
  }

  private entry(id: string): Entry {
    const held = this.known.get(id) ?? this.unknown.get(id)
    if (held) return held
    const entry: Entry = new SingleFlight(
      () => this.loadPoll(id, entry),
      (poll) => (isPoll(poll) ? this.freshness : UNKNOWN),
      this.source.way,
      this.source.now,
    )
    // Until it is loaded, it is not known whether there is such a poll.
    this.unknown.set(id, entry)
    return entry
  }

  private async loadPoll(id: string, entry: Entry): Promise<PollReading | "deleted" | null> {
    const askedAt = this.source.now?.() ?? performance.now()
    const poll = shownOf(await this.source.poll(id))
    const [into, outOf] = isPoll(poll) ? [this.known, this.unknown] : [this.unknown, this.known]
    outOf.delete(id)
    into.set(id, entry)
    return isPoll(poll) ? { ...poll, askedAt } : poll
  }

  /** What can't be read is looked at again by whoever asks for the poll itself. */
  private async shownDefault(id: string | null): Promise<string | null> {
    if (id === null) return null
    const poll = await this.source.poll(id).catch(() => "unread" as const)
    return poll !== "unread" && poll !== null && shownOf(poll) === null ? null : id
  }

  private async loadIndex(): Promise<PollIndex> {
    try {
      const index = await this.source.index()
      this.indexFailure = null
      return { ...index, default: await this.shownDefault(index.default) }
    } catch (error) {
      this.indexFailure = asInboxAway("Redis", error).message
      throw error
    }
  }
}

/** A draft is as unknown here as a poll that was never made: vote knows no admins. */
function shownOf(found: Poll | "deleted" | null): Poll | "deleted" | null {
  return found !== null && found !== "deleted" && found.state === "draft" ? null : found
}

function isPoll<T extends Poll>(found: T | "deleted" | null): found is T {
  return found !== null && found !== "deleted"
}

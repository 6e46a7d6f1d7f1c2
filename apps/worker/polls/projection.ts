/** Keeps one shard's copies of the polls equal to Postgres. */

import type { Database } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import {
  type PollIndex,
  replaceByTombstone,
  writeIndex,
  writePollCopy,
} from "@tallyroom/lib/inbox/redis/poll-copies"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { numberArray } from "@tallyroom/lib/postgres-array"
import type { Redis } from "ioredis"
import { deletedPolls, noteBurial } from "./deletion"
import type { PollBook } from "./poll-book"
import { recordStop, stopOf } from "./poll-steps"

/** Voters of a final poll are kept this long, so that a ballot sent again still gets its receipt. */
const VOTERS_KEPT_SECONDS = 24 * 3_600

/** Copies that are written anew in one go though nothing changed: thousands of posts must not keep Redis busy. */
const COPIES_A_TURN = 500

/** Copies that are under way to Redis together: one after the other, thousands of posts would take seconds. */
const COPIES_AT_ONCE = 50

/** This Redis counts fewer acceptances than Postgres knows of: it lost something, and the shard must be opened anew. */
export class ShardBehind extends Error {
  override readonly name = "ShardBehind"
}

/** Which copies to write: those that changed; also others of polls that are not final; or really all. */
export type CopiesToWrite = "changed" | "votable" | "all"

export class Projection {
  /** The revision of each poll as it stands in the shard. */
  private projected = new Map<number, number>()
  /** Whose turn it is next to be written anew. */
  private next = 0

  constructor(
    private readonly redis: Redis,
    private readonly sql: Database,
    private readonly polls: PollBook,
    private readonly shard: number,
    private readonly options: {
      /** Whether this Redis holds the ballots too, and so may have lost some. */
      holdsBallots: boolean
      /** What can be voted on, for shard 0. */
      index: () => PollIndex
    },
  ) {}

  /**
   * Writes the copies that changed, or also others of polls that are not final (all of them, or of very many the next
   * ones in turn), or really all; buries those to be deleted.
   * @param marker of the fence, while this worker restores the shard: whatever stands in its Redis is replaced
   * @throws {ShardBehind} if this Redis lost something, or somebody else has taken up the shard
   */
  async write(which: CopiesToWrite, marker?: string): Promise<void> {
    const due = which === "all" ? this.polls.all() : this.due(which)
    const accepted = this.options.holdsBallots ? await this.acceptedOf(due) : new Map<number, number>()
    for (let from = 0; from < due.length; from += COPIES_AT_ONCE) {
      const some = due.slice(from, from + COPIES_AT_ONCE)
      await allSettled(some.map((poll) => this.writeCopy(poll, accepted.get(poll.number) ?? 0, marker)))
    }
    if (this.shard === 0 && due.length > 0) await writeIndex(this.redis, this.options.index())
  }

  private due(which: "changed" | "votable"): Poll[] {
    const polls = this.polls.all()
    const changed = polls.filter(({ number, revision }) => this.projected.get(number) !== revision)
    if (which === "changed") return changed
    const isChanged = new Set(changed)
    const others = polls.filter((poll) => isVotable(poll) && !isChanged.has(poll))
    if (this.next >= others.length) this.next = 0
    const turn = others.slice(this.next, this.next + COPIES_A_TURN)
    this.next += COPIES_A_TURN
    return [...changed, ...turn]
  }

  /** Takes nothing for written: this Redis may be another one. */
  forget(): void {
    this.projected.clear()
  }

  /** Takes polls that were deleted out of this Redis: it may be older than their deletion. */
  async writeTombstones(): Promise<void> {
    const deleted = await deletedPolls(this.sql)
    await Promise.all(deleted.map((poll) => replaceByTombstone(this.redis, this.shard, poll, "skip")))
  }

  private async writeCopy(poll: Poll, accepted: number, marker: string | undefined): Promise<void> {
    if (poll.deleting && poll.state === "final") return this.bury(poll)
    const mustExist = this.options.holdsBallots && this.projected.has(poll.number)
    const conditions = { accepted, mustExist, ...(marker !== undefined && { marker }) }
    const { outcome, last } = await writePollCopy(this.redis, this.shard, poll, conditions)
    if (outcome === "older") return this.writeNewer(poll)
    if (outcome !== "written") throw new ShardBehind(`poll ${poll.id} in shard ${this.shard} is ${outcome}`)
    const stopped = this.options.holdsBallots ? stopOf(poll) : null
    if (stopped) await recordStop(this.sql, stopped, this.shard, last)
    if (poll.state === "final") {
      await this.redis.expire(keys.voters(this.shard, poll.id), VOTERS_KEPT_SECONDS, "NX")
    }
    this.projected.set(poll.number, poll.revision)
  }

  /** A newer revision stands in Redis than we know of: ours is an old reading, or Redis's is garbage. */
  private async writeNewer(poll: Poll): Promise<void> {
    await this.polls.refresh([poll.number])
    const read = this.polls.get(poll.number)
    if (!read) return
    const { outcome } = await writePollCopy(this.redis, this.shard, read, { mustExist: true })
    if (outcome === "older")
      throw new ShardBehind(`poll ${poll.id} in shard ${this.shard} has no such revision`)
  }

  private async bury(poll: Poll): Promise<void> {
    await replaceByTombstone(this.redis, this.shard, poll, "mark")
    if (this.shard === 0) await this.redis.del(keys.tally(poll.id))
    await noteBurial(this.sql, poll.number, this.shard)
    this.projected.set(poll.number, poll.revision)
  }

  private async acceptedOf(polls: Poll[]): Promise<Map<number, number>> {
    if (polls.length === 0) return new Map()
    const numbers = numberArray(polls.map((poll) => poll.number))
    const rows = await this.sql`
      SELECT poll, accepted FROM books WHERE shard = ${this.shard} AND poll = ANY(${numbers}::integer[])`
    return new Map(rows.map((row) => [Number(row.poll), Number(row.accepted)]))
  }
}

function isVotable({ state, deleting }: Poll): boolean {
  return state !== "final" || deleting
}

/** Waits for all, so that nothing is left under way after a failure of one. @throws the first error */
async function allSettled(writes: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(writes)).find((write) => write.status === "rejected")
  if (failed) throw failed.reason
}

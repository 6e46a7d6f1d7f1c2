/** Keeps one shard's copies of the polls equal to Postgres. */

import type { Database } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import {
  type PollIndex,
  replaceByTombstone,
  writeIndex,
  writePollCopy,
} from "@tallyroom/lib/inbox/redis/poll-copies"
import { forgetRetained } from "@tallyroom/lib/inbox/redis/retained"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { numberArray } from "@tallyroom/lib/postgres-array"
import type { Redis } from "ioredis"
import { readDeletedPolls, recordTombstone } from "./deletion"
import type { PollBook } from "./poll-book"
import { type RecordedStop, recordStops, stopOf } from "./poll-steps"

/** Voters of a final poll are kept this long, so that a ballot sent again still gets its receipt. */
const VOTERS_KEPT_SECONDS = 24 * 3_600

/** How many unchanged copies are written anew in one go: thousands of posts must not keep Redis busy. */
const COPIES_A_TURN = 500

/** How many copies are sent to Redis together: one after the other, thousands of posts would take seconds. */
const COPIES_AT_ONCE = 50

/** This Redis counts fewer acceptances than Postgres knows of: it lost something, and the shard must be opened anew. */
export class ShardBehind extends Error {
  override readonly name = "ShardBehind"
}

/**
 * Which copies to write: those that changed; those and others of polls that are not final (of very many, the next ones in turn);
 * or really all.
 */
export type CopiesToWrite = "changed" | "votable" | "all"

/** A copy that stands in the shard, and the stop that Postgres is to know of. */
type Written = { poll: Poll; stop: RecordedStop | null }

export class Projection {
  /** The revision of each poll as it stands in the shard. */
  private projected = new Map<number, number>()
  /** Index of the unchanged copy whose turn comes next. */
  private next = 0

  constructor(
    private readonly redis: Redis,
    private readonly sql: Database,
    private readonly polls: PollBook,
    private readonly shard: number,
    private readonly options: {
      /** Whether this Redis holds the ballots too, and so may have lost some. */
      holdsBallots: boolean
      /** Whether it retains ballots that were counted. */
      retains?: boolean
      /** What can be voted on, for shard 0. */
      index: () => PollIndex
    },
  ) {}

  /**
   * Writes copies of polls, and tombstones in the place of those that are to be deleted.
   * @param marker the fence's, while this worker restores the shard: whatever stands in its Redis is replaced
   * @throws {ShardBehind} if this Redis lost something, or somebody else has taken up the shard
   */
  async write(which: CopiesToWrite, marker?: string): Promise<void> {
    const due = which === "all" ? this.polls.all() : this.due(which)
    const accepted = this.options.holdsBallots ? await this.acceptedOf(due) : new Map<number, number>()
    for (let from = 0; from < due.length; from += COPIES_AT_ONCE) {
      const some = due.slice(from, from + COPIES_AT_ONCE)
      const writing = some.map((poll) => this.writeCopy(poll, accepted.get(poll.number) ?? 0, marker))
      await this.noteWritten(await Promise.allSettled(writing))
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

  /** Forgets which copies were written: Redis may have been replaced. */
  forget(): void {
    this.projected.clear()
  }

  /** Writes tombstones of all deleted polls: this Redis may be older than their deletion. */
  async writeTombstones(): Promise<void> {
    const deleted = await readDeletedPolls(this.sql)
    for (let from = 0; from < deleted.length; from += COPIES_AT_ONCE) {
      const some = deleted.slice(from, from + COPIES_AT_ONCE)
      await Promise.all(some.map((poll) => replaceByTombstone(this.redis, this.shard, poll, "nothing")))
    }
  }

  /**
   * Notes which copies stand in the shard now, and has Postgres know where the polls among them stopped, in one statement for all.
   * @throws the first error of those that were not written, once nothing is under way any more and all others are noted
   */
  private async noteWritten(copies: PromiseSettledResult<Written | null>[]): Promise<void> {
    const written = copies.flatMap((copy) => (copy.status === "fulfilled" && copy.value) || [])
    await recordStops(
      this.sql,
      written.flatMap(({ stop }) => stop ?? []),
      this.shard,
    )
    for (const { poll } of written) this.projected.set(poll.number, poll.revision)
    const failed = copies.find((copy) => copy.status === "rejected")
    if (failed) throw failed.reason
  }

  /** @returns null where there is nothing to note of it */
  private async writeCopy(poll: Poll, accepted: number, marker: string | undefined): Promise<Written | null> {
    if (poll.deleting && poll.state === "final") return this.writeTombstone(poll)
    const mustExist = this.options.holdsBallots && this.projected.has(poll.number)
    const conditions = { accepted, mustExist, ...(marker !== undefined && { marker }) }
    let { outcome, last } = await writePollCopy(this.redis, this.shard, poll, conditions)
    if (outcome === "older") return this.writeNewer(poll)
    if (outcome === "later") {
      if (!(await this.isThere(poll))) return { poll, stop: null }
      const latest = { ...conditions, isLatest: true }
      ;({ outcome, last } = await writePollCopy(this.redis, this.shard, poll, latest))
    }
    if (outcome !== "written") throw new ShardBehind(`poll ${poll.id} in shard ${this.shard} is ${outcome}`)
    if (poll.state === "final") {
      await this.redis.expire(keys.voters(this.shard, poll.id), VOTERS_KEPT_SECONDS, "NX")
    }
    const stopped = this.options.holdsBallots ? stopOf(poll) : null
    return { poll, stop: stopped && { ...stopped, last } }
  }

  /** Whether Postgres still has the poll, so that none can have followed under its id. */
  private async isThere({ id, number }: Poll): Promise<boolean> {
    const rows = await this.sql`SELECT FROM polls WHERE number = ${number} AND id = ${id}`
    return rows.length > 0
  }

  /** Redis has a newer revision than this worker knows: the worker's reading is old, or Redis's copy is garbage. */
  private async writeNewer(poll: Poll): Promise<null> {
    await this.polls.refresh([poll.number])
    const read = this.polls.get(poll.number)
    if (!read) return null
    const { outcome } = await writePollCopy(this.redis, this.shard, read, { mustExist: true })
    if (outcome === "older")
      throw new ShardBehind(`poll ${poll.id} in shard ${this.shard} has no such revision`)
    return null
  }

  private async writeTombstone(poll: Poll): Promise<Written> {
    await replaceByTombstone(this.redis, this.shard, poll, "tombstone")
    if (this.options.retains) await forgetRetained(this.redis, this.shard, poll.number)
    if (this.shard === 0) await this.redis.del(keys.tally(poll.id))
    await recordTombstone(this.sql, poll.number, this.shard)
    return { poll, stop: null }
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

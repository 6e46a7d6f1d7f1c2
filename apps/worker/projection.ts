/** Keeps one shard's copies of the polls equal to Postgres. */

import type { Database } from "@tallyroom/lib/database"
import { keys } from "@tallyroom/lib/inbox/keys"
import { writeIndex, writePollCopy } from "@tallyroom/lib/inbox/poll-copies"
import type { Poll } from "@tallyroom/lib/polls"
import type { Redis } from "ioredis"
import { noteClosing } from "./closing"
import type { PollBook } from "./poll-book"

/** Voters of a final poll are kept this long, so that a ballot sent again still gets its receipt. */
const VOTERS_KEPT_SECONDS = 24 * 3_600

/** This Redis counts fewer acceptances than Postgres knows of: it lost something, and the shard must be opened anew. */
export class ShardBehind extends Error {
  override readonly name = "ShardBehind"
}

export class Projection {
  /** The revision of each poll as it stands in the shard. */
  private projected = new Map<number, number>()

  constructor(
    private readonly redis: Redis,
    private readonly sql: Database,
    private readonly polls: PollBook,
    private readonly shard: number,
    private readonly shards: number,
  ) {}

  /**
   * Writes the copies that changed, or also all others of polls that are not final.
   * @throws {ShardBehind} if this Redis lost acceptances, unless `ifBehind` is `raise`
   */
  async write(which: "changed" | "all", ifBehind: "refuse" | "raise" = "refuse"): Promise<void> {
    const due = this.polls
      .all()
      .filter((poll) => (which === "all" && poll.state !== "final") || this.hasChanged(poll))
    const accepted = await this.acceptedOf(due)
    for (const poll of due) await this.writeCopy(poll, accepted.get(poll.number) ?? 0, ifBehind)
    if (this.shard === 0 && due.length > 0) await writeIndex(this.redis, this.index())
  }

  /** Takes nothing for written: this Redis may be another one. */
  forget(): void {
    this.projected.clear()
  }

  private hasChanged(poll: Poll): boolean {
    return this.projected.get(poll.number) !== poll.revision
  }

  private async writeCopy(poll: Poll, accepted: number, ifBehind: "refuse" | "raise"): Promise<void> {
    const { written, last } = await writePollCopy(this.redis, this.shard, poll, accepted, ifBehind)
    if (!written) throw new ShardBehind(`shard ${this.shard} lost acceptances of poll ${poll.id}`)
    if (poll.state === "closed") await noteClosing(this.sql, poll.number, this.shard, last)
    if (poll.state === "final") {
      await this.redis.expire(keys.voters(this.shard, poll.id), VOTERS_KEPT_SECONDS, "NX")
    }
    this.projected.set(poll.number, poll.revision)
  }

  private async acceptedOf(polls: Poll[]): Promise<Map<number, number>> {
    if (polls.length === 0) return new Map()
    const numbers = `{${polls.map((poll) => poll.number)}}`
    const rows = await this.sql`
      SELECT poll, accepted FROM books WHERE shard = ${this.shard} AND poll = ANY(${numbers}::integer[])`
    return new Map(rows.map((row) => [Number(row.poll), Number(row.accepted)]))
  }

  private index() {
    const polls = this.polls.all()
    return {
      shards: this.shards,
      default: polls.find((poll) => poll.isDefault)?.id ?? null,
      open: polls.filter((poll) => poll.state === "open").map((poll) => poll.id),
    }
  }
}

/** The worker's side of the inbox on Redis: reading a shard and releasing what was counted. */

import type { Redis } from "ioredis"
import {
  decodeBallot,
  formatPosition,
  nextPosition,
  type Position,
  parsePosition,
} from "../../ballots/ballot"
import type { Entry, Reader } from "../contract"
import { BALLOT_FIELD, keys } from "../keys"
import type { Retention } from "../retention"

/**
 * Each shard reads with a connection of its own: a waiting XREAD holds its connection, and a long answer would hold up
 * everybody else's short ones.
 */
export class RedisReader implements Reader {
  /** Whether what was retained is read before what waits. */
  private isRecalling = false
  /**
   * Whether entries are read as many as are of a bearable size, until all were. So it is at the beginning and after a failure: whoever
   * has vote's password may append entries that are too large for the worker, or for Redis's answer, and nobody would count on.
   */
  private isCareful = true
  /** The primary of Postgres that this shard is counted in; empty while it is not known. */
  private primary = ""

  /** @param retention of this shard; null where what was counted is removed at once */
  constructor(
    private readonly shard: number,
    private readonly redis: Redis,
    private readonly readingRedis: Redis,
    private readonly retention: Retention | null = null,
  ) {}

  /** Reads from now on first what was retained after the position that is asked for: Postgres has lost it. */
  recall(): void {
    this.isRecalling = true
  }

  /** Is told which primary of Postgres has what is released from now on: nothing is, once Redis knows of a later one. */
  countsIn(primary: string): void {
    this.primary = primary
  }

  /** Removes what was retained, where nothing is to be any more. */
  async forgetUnlessRetained(): Promise<void> {
    if (this.retention === null) await this.redis.unlink(keys.retained(this.shard), keys.dropped(this.shard))
  }

  async read(after: Position, count: number, waitMs: number): Promise<Entry[]> {
    if (this.isRecalling) {
      const recalled = await this.readFrom(keys.retained(this.shard), after, count, 0)
      if (recalled.length > 0) return recalled
      this.isRecalling = false
      this.isCareful = true
    }
    return this.readFrom(keys.inbox(this.shard), after, count, waitMs)
  }

  private async readFrom(key: string, after: Position, count: number, waitMs: number): Promise<Entry[]> {
    const careful = this.isCareful ? await this.readBounded(key, after, count) : []
    const entries = careful.length > 0 ? careful : await this.readAll(key, after, count, waitMs)
    const forged = entries.map(([id]) => id).filter((id) => parsePosition(id) === null)
    if (forged.length > 0) {
      await this.redis.xdel(key, ...forged)
      throw new Error(`Redis named entries that no clock gives, ${JSON.stringify(forged)}: they were removed`)
    }
    return entries.map(([position, fields]) => toEntry(position, fields))
  }

  private async readBounded(key: string, after: Position, count: number): Promise<RawEntry[]> {
    const most = [MOST_BYTES_AT_ONCE, MOST_TEXT_BYTES] as const
    const [left, entries] = await this.readingRedis.readBounded(key, formatPosition(after), count, ...most)
    this.isCareful = left === "more"
    return entries
  }

  private async readAll(key: string, after: Position, count: number, waitMs: number): Promise<RawEntry[]> {
    const stream = ["STREAMS", key, formatPosition(after)] as const
    try {
      const reply =
        waitMs > 0
          ? await this.readingRedis.xread("COUNT", count, "BLOCK", waitMs, ...stream)
          : await this.readingRedis.xread("COUNT", count, ...stream)
      return reply?.[0]?.[1] ?? []
    } catch (error) {
      this.isCareful = true
      throw error
    }
  }

  /** Whether an entry stands after a position, up to another one. */
  async hasAny(after: Position, upTo: Position): Promise<boolean> {
    const range = [`(${formatPosition(after)}`, formatPosition(upTo)] as const
    return (await this.redis.xrange(keys.inbox(this.shard), ...range, "COUNT", 1)).length > 0
  }

  /** Notes in the same step up to where the shard is counted, so that what is neither here nor in Postgres is known to be missing. */
  async release(upTo: Position): Promise<void> {
    if (this.retention !== null) return this.retain(upTo, this.retention)
    await this.redis.releaseCounted(
      keys.inbox(this.shard),
      keys.counted(this.shard),
      keys.primary(this.shard),
      formatPosition(upTo),
      formatPosition(nextPosition(upTo)),
      this.primary,
    )
  }

  private async retain(upTo: Position, { ageMs, bytes }: Retention): Promise<void> {
    const { shard, redis } = this
    const [own, kept] = [
      [keys.inbox(shard), keys.counted(shard)] as const,
      [keys.retained(shard), keys.dropped(shard), keys.primary(shard)] as const,
    ]
    const part = () =>
      redis.retainCounted(...own, ...kept, formatPosition(upTo), ageMs, bytes, Date.now(), this.primary)
    while ((await part()) === 1);
  }
}

type RawEntry = [id: string, fields: string[]]

/** Four times what a full batch has. */
const MOST_BYTES_AT_ONCE = 4 * 1_024 * 1_024
/** No ballot has as much; more of a text than is kept of what is not counted. */
const MOST_TEXT_BYTES = 4_096

/** Ballots' positions are kept as integers of Postgres. */
const GREATEST_SEQ = 2 ** 31 - 1

function toEntry(id: string, fields: string[]): Entry {
  const position = parsePosition(id)
  if (!position) throw new Error(`Redis names an entry ${JSON.stringify(id)}`)
  const wellFormed = fields.length === 2 && fields[0] === BALLOT_FIELD
  const raw = wellFormed ? (fields[1] ?? "") : JSON.stringify(fields)
  // cast.lua never gives so many ids within a millisecond: somebody else wrote such an entry.
  const genuine = wellFormed && position.seq <= GREATEST_SEQ
  return { position, raw, ballot: genuine ? decodeBallot(raw) : null }
}

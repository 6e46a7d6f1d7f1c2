/** Postgres that went back, where a broker holds the ballots: what it lost is counted again, as far as the broker still holds it. */

import { readRedisClock } from "@tallyroom/lib/inbox/redis/clock"
import { readAnswerCounts } from "@tallyroom/lib/inbox/stream/answer-counts"
import { READING_USABLE_MS } from "@tallyroom/lib/inbox/stream/contract"
import type { Counter } from "../counting/counter"
import { isRowOf } from "../leases/holding"
import { bookLosses, recordAccepted } from "./redis-losses"
import type { CountedUpTo } from "./setback"
import type { StreamSourceParts } from "./stream-source"

/** A broker that tells its length late does so within this. */
const LENGTH_LATE_MS = 10_000

/** Longer than a ballot is on its way to the broker. */
const ON_ITS_WAY_MS = 2 * READING_USABLE_MS

/**
 * What Redis says of a shard, if by that Postgres has lost what it had counted: it stands before that in the same stream, or in one
 * that was made earlier. A Redis that names an earlier stream is itself the one that went back.
 * @param stream that Postgres names
 */
export function behindInStream(
  counted: CountedUpTo | null,
  stream: string | null,
  { position }: Pick<Counter, "position">,
): CountedUpTo | null {
  if (!counted?.stream) return null
  const isBehind =
    counted.stream === stream
      ? counted.position.seq > position.seq
      : madeAt(counted.stream) > madeAt(stream ?? "")
  return isBehind ? counted : null
}

/** A stream's name ends with the moment when it was made. */
function madeAt(stream: string): number {
  return Number.parseInt(stream.split("-").at(-1) ?? "", 36) || 0
}

/** What vote had answered by the time when the counting began again. What of it is not there by its end, nobody holds any more. */
export class Recount {
  private readonly begunAt = performance.now()

  private constructor(
    private readonly parts: StreamSourceParts,
    private readonly answers: Map<number, number>,
    /** Whatever was cast before this moment (ms, Redis's clock) is read when the recount is done, or is gone. */
    private readonly readUntil: number,
  ) {}

  static async begin(shard: number, parts: StreamSourceParts): Promise<Recount> {
    const readUntil = (await readRedisClock(parts.redis)) - ON_ITS_WAY_MS
    return new Recount(parts, await readAnswerCounts(parts.redis, shard, parts.polls.all()), readUntil)
  }

  /** @param isIdle whether nothing came when the stream was last read @param length of the stream, as the broker tells it */
  isDone(counter: Counter, isIdle: boolean, length: number): boolean {
    const isKnown = this.parts.broker.refusesSecondVotes || performance.now() - this.begunAt > LENGTH_LATE_MS
    return isIdle && isKnown && counter.position.seq >= length
  }

  /** Writes into the books what is lost, and has its receipts say so. Doing it again changes nothing. */
  async book(counter: Counter): Promise<void> {
    const { sql, log } = this.parts
    const holding = counter.holding()
    await recordAccepted(sql, holding, this.answers)
    for (const loss of await bookLosses(sql, holding)) {
      if (loss.lost > 0)
        log.error({ shard: holding.shard, ...loss }, "ballots were lost as Postgres went back")
    }
    await sql`
      UPDATE shards SET read_until = GREATEST(COALESCE(read_until, 0), ${this.readUntil}::bigint)
      WHERE ${isRowOf(sql, holding)}`
  }
}

/** Postgres that went back, where a broker holds the ballots: what it lost is counted again, as far as the broker still holds it. */

import { readAnswerCounts } from "@tallyroom/lib/inbox/stream/answer-counts"
import type { Counter } from "../counting/counter"
import { bookLosses, recordAccepted } from "./redis-losses"
import type { Counted } from "./setback"
import type { StreamSourceParts } from "./stream-source"

/** A broker that tells its length late does so within this. */
const LENGTH_LATE_MS = 10_000

/**
 * What Redis says of a shard, if by that Postgres has lost what it had counted: it stands before that in the same stream, or in one
 * that was made earlier. A Redis that names an earlier stream is itself the one that went back.
 * @param stream that Postgres names
 */
export function behindInStream(
  counted: Counted | null,
  stream: string | null,
  { position }: Pick<Counter, "position">,
): Counted | null {
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
  ) {}

  static async begin(shard: number, parts: StreamSourceParts): Promise<Recount> {
    return new Recount(parts, await readAnswerCounts(parts.redis, shard, parts.polls.all()))
  }

  /** @param isIdle whether nothing came when the stream was last read @param length of the stream, as the broker tells it */
  isDone(counter: Counter, isIdle: boolean, length: number): boolean {
    const isKnown = this.parts.broker.refusesSecondVotes || performance.now() - this.begunAt > LENGTH_LATE_MS
    return isIdle && isKnown && counter.position.seq >= length
  }

  /** Writes into the books what is lost. Doing it again changes nothing. */
  async book(counter: Counter): Promise<void> {
    const { sql, log } = this.parts
    const holding = counter.holding()
    await recordAccepted(sql, holding, this.answers)
    for (const loss of await bookLosses(sql, holding)) {
      if (loss.lost > 0)
        log.error({ shard: holding.shard, ...loss }, "ballots were lost as Postgres went back")
    }
  }
}

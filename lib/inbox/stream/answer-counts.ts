/**
 * How many ballots vote has answered as taken, counted in Redis beside the poll's copy: so it is known outside of the broker, should a
 * stream be gone with what waited in it. No answer waits for that, so the last half second may be missing.
 */

import type { Redis } from "ioredis"
import type { Poll } from "../../polls/poll"
import { keys } from "../keys"

const WRITE_MS = 500

/** A later poll under the same id has a count of its own. */
const fieldOf = (poll: number) => `answered-${poll}`

export class AnswerCounts {
  private readonly counts = new Map<string, { key: string; field: string; count: number }>()
  private timer: Timer | null = null

  constructor(private readonly redis: Redis) {}

  add(shard: number, { id, number }: Pick<Poll, "id" | "number">): void {
    const [key, field] = [keys.poll(shard, id), fieldOf(number)]
    const known = this.counts.get(`${key} ${field}`)
    if (known) known.count++
    else this.counts.set(`${key} ${field}`, { key, field, count: 1 })
    this.timer ??= setTimeout(() => this.write(), WRITE_MS)
  }

  /** What fails may have been written all the same, and is not written again: never more is told than was answered. */
  private write(): void {
    this.timer = null
    for (const { key, field, count } of this.counts.values()) {
      this.redis.countAnswers(key, field, count).catch(() => {})
    }
    this.counts.clear()
  }
}

/** How many ballots of each poll vote has answered in this shard, by poll number, as far as this Redis knows. */
export async function readAnswerCounts(
  redis: Redis,
  shard: number,
  polls: Pick<Poll, "id" | "number">[],
): Promise<Map<number, number>> {
  const counts = new Map<number, number>()
  for (const { id, number } of polls) {
    const text = await redis.hget(keys.poll(shard, id), fieldOf(number)).catch(nullIfWrongType)
    if (/^\d{1,15}$/.test(text ?? "")) counts.set(number, Number(text))
  }
  return counts
}

function nullIfWrongType(error: Error): null {
  if (error.message.startsWith("WRONGTYPE")) return null
  throw error
}

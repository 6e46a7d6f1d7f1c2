/** Voters who come one after the other all the time, and keep their receipts. */

import { castOnce, person } from "../../services/apps/voters"

export interface Flood {
  /** The receipts of all that were accepted, in the order in which their voters heard of it. */
  readonly receipts: readonly string[]
  /** When the last one was accepted (by `performance.now()`). */
  readonly lastAcceptedAt: number
  stop(): Promise<void>
}

/** At once. Each pauses between two voters: a drill is no benchmark, and what it kills should have some work left. */
const BOOTHS = 8
const PAUSE_MS = 25
const AGAIN_MS = 100

/** A voter who gets no answer, or is told to try again, sends the same ballot again until it is accepted. */
export function startFlood(url: string, poll: string): Flood {
  const receipts: string[] = []
  let lastAcceptedAt = 0
  let isOver = false
  const accepted = async (who: string) => {
    const answer = await castOnce(url, poll, who, Math.random() < 0.5 ? "a" : "b")
    if (answer?.status !== 201 && answer?.status !== 200) return false
    const { receipt } = (await answer.json()) as { receipt: string }
    receipts.push(receipt)
    lastAcceptedAt = performance.now()
    return true
  }
  const booth = async () => {
    while (!isOver) {
      const who = person()
      while (!(await accepted(who)) && !isOver) await Bun.sleep(AGAIN_MS)
      await Bun.sleep(PAUSE_MS)
    }
  }
  const booths = Array.from({ length: BOOTHS }, booth)
  return {
    receipts,
    get lastAcceptedAt() {
      return lastAcceptedAt
    },
    stop: async () => {
      isOver = true
      await Promise.all(booths)
    },
  }
}

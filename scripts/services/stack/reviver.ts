/** Starts programs of a running stack again that died, and says so. */

import { constants } from "node:os"
import { backoff, pause } from "@tallyroom/lib/backoff"

/** A program that dies more often than this within so many milliseconds is not started again. */
const MOST_DEATHS = 5
const WITHIN_MS = 60_000

export interface Mortal {
  readonly name: string
  /** Where a person finds why it died. */
  readonly logFile: string
  /** Settles once it serves again; rejects when it could not. */
  start(): Promise<void>
}

export interface ReviverPlan {
  /** Aborted once the stack stops: programs that end are then not started again. */
  readonly stopping: AbortSignal
  say(sentence: string): void
  giveUp(sentence: string): void
}

export class Reviver {
  private readonly deaths = new Map<string, number[]>()

  constructor(private readonly plan: ReviverPlan) {}

  /** Starts a program again that ended with this code although nobody stopped it. */
  async revive(mortal: Mortal, code: number): Promise<void> {
    const { stopping, say, giveUp } = this.plan
    for (let how = howItEnded(code); !stopping.aborted; ) {
      const deaths = this.note(mortal.name)
      if (deaths > MOST_DEATHS) {
        return giveUp(
          `${mortal.name} ended ${deaths} times within a minute, at last ${how}; see ${mortal.logFile}.`,
        )
      }
      say(`${mortal.name} ended unexpectedly (${how}): starting it again.`)
      await pause(backoff(deaths), stopping)
      if (stopping.aborted) return
      try {
        await mortal.start()
        return say(`${mortal.name} is back.`)
      } catch (error) {
        how = `as it could not start: ${error instanceof Error ? error.message : String(error)}`
      }
    }
  }

  /** How often it died of late, this time included. */
  private note(name: string): number {
    const now = performance.now()
    const recent = (this.deaths.get(name) ?? []).filter((at) => now - at < WITHIN_MS)
    this.deaths.set(name, [...recent, now])
    return recent.length + 1
  }
}

function howItEnded(code: number): string {
  const signal = Object.entries(constants.signals).find(([, number]) => code === 128 + number)
  return signal ? `killed by ${signal[0]}` : `with code ${code}`
}

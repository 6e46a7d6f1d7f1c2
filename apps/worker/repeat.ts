/** Work that is done again: until it succeeds, or for ever. */

import { backoff, pause } from "@tallyroom/lib/backoff"
import { reasonText } from "@tallyroom/lib/health"
import { UnfitDatabase } from "@tallyroom/lib/postgres/fitness"
import type { Log } from "@tallyroom/lib/process/logging"
import { remedyFor } from "@tallyroom/lib/remedies"
import { SettingFixed } from "./database/first-start"
import { AnotherDatabase } from "./database/instance"

/** What no waiting mends. */
const FINAL = [SettingFixed, UnfitDatabase, AnotherDatabase]

export class Repeat {
  /** @param signal ends all of it */
  constructor(
    private readonly log: Log,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Tries until it works, with backoff, and logs the first failure and each other reason once.
   * @param what names the work in the log
   * @throws {SettingFixed} which no waiting mends
   * @throws {UnfitDatabase} likewise
   * @throws {AnotherDatabase} likewise
   */
  async untilDone(what: string, work: () => Promise<void>): Promise<void> {
    const said = new Set<string>()
    for (let attempt = 1; !this.signal.aborted; attempt++) {
      try {
        return await work()
      } catch (error) {
        if (FINAL.some((kind) => error instanceof kind)) throw error
        if (isNews(said, error)) this.log.warn({ err: error }, failed(what, error))
        await pause(backoff(attempt), this.signal)
      }
    }
  }

  /**
   * Does something every so many milliseconds, and later after failures; logs the first failure, each other reason once, and when
   * it works again.
   */
  async every(ms: number, what: string, work: () => Promise<void>): Promise<void> {
    const said = new Set<string>()
    for (let failures = 0; !this.signal.aborted; ) {
      try {
        await work()
        if (failures > 0) this.log.info(`${what} works again`)
        failures = 0
        said.clear()
      } catch (error) {
        failures++
        if (!this.signal.aborted && isNews(said, error)) this.log.warn({ err: error }, failed(what, error))
      }
      await pause(failures > 0 ? backoff(failures + 2) : ms, this.signal)
    }
  }
}

/** As many reasons as are told apart; texts may have numbers in them that never repeat. */
const MOST_REASONS = 10

/** Redis and brokers tell by themselves why connecting to them fails: of that, only Postgres's errors come here. */
function failed(what: string, error: unknown): string {
  const remedy = error instanceof Error ? remedyFor("Postgres", reasonText(error)) : null
  return `${what} failed; trying again${remedy ? ` (${remedy})` : ""}`
}

function isNews(said: Set<string>, error: unknown): boolean {
  const reason = error instanceof Error ? reasonText(error) : String(error)
  if (said.has(reason) || said.size >= MOST_REASONS) return false
  said.add(reason)
  return true
}

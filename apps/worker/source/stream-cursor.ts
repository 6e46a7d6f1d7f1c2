/** The log of a shard as counting reads it. A log releases nothing: it remembers who has voted. */

import type { Position } from "@tallyroom/lib/ballots"
import type { Entry, Reader } from "@tallyroom/lib/inbox/contract"
import type { LogReader } from "@tallyroom/lib/inbox/stream/contract"
import type { StopNotes } from "./stop-notes"

export class LogCursor implements Reader {
  private reader: LogReader | null = null

  constructor(private readonly stops: StopNotes) {}

  /** Reads another log from now on. */
  async follow(reader: LogReader): Promise<void> {
    await this.close()
    this.reader = reader
  }

  /** What is noted of stops here takes effect only when the position has passed it. */
  async read(_shard: number, after: Position, count: number, waitMs: number): Promise<Entry[]> {
    const entries = (await this.reader?.read(after, count, waitMs)) ?? []
    for (const { stopped, position } of entries) {
      if (stopped) await this.stops.note(stopped, position)
    }
    return entries
  }

  async release(): Promise<void> {}

  async close(): Promise<void> {
    await this.reader?.close()
    this.reader = null
  }
}

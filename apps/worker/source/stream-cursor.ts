/** The stream of a shard as counting reads it. A stream releases nothing: it remembers who has voted. */

import type { Position } from "@tallyroom/lib/ballots/ballot"
import type { Entry, Reader } from "@tallyroom/lib/inbox/contract"
import type { StreamReader } from "@tallyroom/lib/inbox/stream/contract"
import type { StopMarkers } from "./stop-markers"

export class StreamCursor implements Reader {
  private reader: StreamReader | null = null

  constructor(private readonly stops: StopMarkers) {}

  /** Reads another stream from now on. */
  async follow(reader: StreamReader): Promise<void> {
    await this.close()
    this.reader = reader
  }

  /** What is recorded of stops here takes effect only when the position has passed it. */
  async read(_shard: number, after: Position, count: number, waitMs: number): Promise<Entry[]> {
    const entries = (await this.reader?.read(after, count, waitMs)) ?? []
    for (const { stopMarker, position } of entries) {
      if (stopMarker) await this.stops.passed(stopMarker, position)
    }
    return entries
  }

  async release(): Promise<void> {}

  async close(): Promise<void> {
    await this.reader?.close()
    this.reader = null
  }
}

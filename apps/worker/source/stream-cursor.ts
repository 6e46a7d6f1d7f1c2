/** Reads a shard's stream, and records the stops whose markers come by. */

import type { Position } from "@tallyroom/lib/ballots/ballot"
import type { Entry } from "@tallyroom/lib/inbox/contract"
import type { BrokerAdmin, StreamReader } from "@tallyroom/lib/inbox/stream/contract"
import type { StopMarkers } from "./stop-markers"

export class StreamCursor {
  private reader: StreamReader | null = null
  private stream = ""

  /**
   * @param onGap is told how many entries were gone before they were read
   * @param onUnproven is told of each stop marker that no worker is proven to have written: it ends no poll
   */
  constructor(
    private readonly broker: BrokerAdmin,
    private readonly stops: StopMarkers,
    private readonly onGap: (missing: number) => Promise<void>,
    private readonly onUnproven: (position: Position) => void,
  ) {}

  /** Reads another stream from now on. */
  async follow(stream: string): Promise<void> {
    await this.close()
    this.stream = stream
    this.reader = this.broker.reader(stream)
  }

  /** A stop that is recorded here takes effect only when the shard's position has passed its marker. */
  async read(after: Position, count: number, waitMs: number): Promise<Entry[]> {
    const entries = (await this.reader?.read(after, count, waitMs)) ?? []
    const last = entries.at(-1)?.position.seq ?? after.seq
    const missing = last - after.seq - entries.length
    if (missing > 0) await this.onGap(missing)
    for (const { stopMarker, position, proof } of entries) {
      if (!stopMarker) continue
      if (!(await this.stops.passed(stopMarker, position, this.stream, proof))) this.onUnproven(position)
    }
    return entries
  }

  async close(): Promise<void> {
    await this.reader?.close()
    this.reader = null
  }
}

/** Whether a broker still has what was counted of a shard's stream. */

import type { Database } from "@tallyroom/lib/database"
import type { BrokerAdmin } from "@tallyroom/lib/inbox/stream/contract"
import { digestOf, lastCounted } from "../counting/last-counted"
import { InboxLost } from "./source"

/** A broker that has just started may not know its streams yet. */
const LOST_AFTER_MS = 10_000

export class StreamVerification {
  private missingSince: number | null = null
  /** When the connection was made over which the stream was last verified. */
  private verifiedConnection = Number.NaN

  constructor(
    private readonly sql: Database,
    private readonly broker: BrokerAdmin,
    private readonly shard: number,
  ) {}

  /** Whether the broker was connected anew since, and so may have lost the stream's end. */
  isDue(): boolean {
    return this.broker.connectedAt() !== this.verifiedConnection
  }

  /**
   * Whether the stream is lost for good.
   * @param seq of the shard's position
   * @throws {InboxLost} as long as the broker may still find it
   */
  async isLost(stream: string, seq: number): Promise<boolean> {
    const connectedAt = this.broker.connectedAt()
    const look = await this.broker.look(stream)
    if (look?.wasEmptied) return true
    if (look && (await this.hasWhatWasCounted(stream, seq))) {
      this.missingSince = null
      this.verifiedConnection = connectedAt
      return false
    }
    this.missingSince ??= performance.now()
    if (performance.now() - this.missingSince > LOST_AFTER_MS) return true
    throw new InboxLost("the broker has not found the stream yet")
  }

  private async hasWhatWasCounted(stream: string, seq: number): Promise<boolean> {
    if (seq === 0) return true
    const last = await lastCounted(this.sql, this.shard)
    return this.broker.stillHas(stream, seq, (text) => last === null || digestOf(text) === last)
  }
}

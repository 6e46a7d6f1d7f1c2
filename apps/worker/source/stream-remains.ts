/** The streams of a shard that nobody uses any more, and when they are removed. */

import type { Database } from "@tallyroom/lib/database"
import type { BrokerAdmin } from "@tallyroom/lib/inbox/stream/contract"

/** For so long somebody may look into a stream that another took the place of: it may hold ballots that were never counted. */
const REPLACED_KEPT_HOURS = 24
/** No stream takes so long to be filled. One that did not come into use by then never will. */
const UNUSED_KEPT_MINUTES = 10

export class StreamRemains {
  constructor(
    private readonly sql: Database,
    private readonly broker: BrokerAdmin,
    private readonly shard: number,
  ) {}

  /** To be called before a stream is made: whatever happens then, it is known. */
  async recordMade(stream: string): Promise<void> {
    await this.sql`INSERT INTO streams (name, shard) VALUES (${stream}, ${this.shard})`
  }

  /** To be called when another stream is in use in the place of this one. */
  async recordReplaced(stream: string): Promise<void> {
    await this.sql`
      INSERT INTO streams (name, shard, replaced_at) VALUES (${stream}, ${this.shard}, now())
      ON CONFLICT (name) DO UPDATE SET replaced_at = now()`
  }

  /** Removes a stream from the broker. */
  async remove(stream: string): Promise<void> {
    await this.broker.remove(stream)
    await this.sql`DELETE FROM streams WHERE name = ${stream}`
  }

  /** Removes those that were replaced a day ago, and those that never came into use. */
  async removeOld(): Promise<void> {
    const rows = await this.sql`
      SELECT name FROM streams JOIN shards USING (shard)
      WHERE shard = ${this.shard} AND name IS DISTINCT FROM log AND CASE
        WHEN replaced_at IS NULL THEN made_at < now() - ${UNUSED_KEPT_MINUTES} * interval '1 minute'
        ELSE replaced_at < now() - ${REPLACED_KEPT_HOURS} * interval '1 hour' END`
    for (const { name } of rows) await this.remove(String(name))
  }
}

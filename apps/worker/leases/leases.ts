/** Which worker reads which shard: leases in Postgres, by Postgres's clock, shared out evenly over the workers that live. */

import type { Database } from "@tallyroom/lib/database"

/** After this, another worker takes over a dead worker's shards. A commit or a heartbeat renews a lease. */
export const LEASE_SECONDS = 5

export class Leases {
  constructor(
    private readonly sql: Database,
    readonly worker: string,
  ) {}

  /**
   * Tells that this worker lives, renews its leases, takes free shards up to its fair share, and gives back one that is over it.
   * @returns the shards held now
   */
  async heartbeat(): Promise<number[]> {
    await this.sql`
      INSERT INTO workers (id, seen_at) VALUES (${this.worker}, now())
      ON CONFLICT (id) DO UPDATE SET seen_at = now()`
    await this.sql`DELETE FROM workers WHERE seen_at < now() - ${LEASE_SECONDS * 12} * interval '1 second'`
    const held = await this.sql`
      UPDATE shards SET lease_until = now() + ${LEASE_SECONDS} * interval '1 second'
      WHERE holder = ${this.worker} RETURNING shard`
    const share = await this.fairShare()
    if (held.length > share) await this.giveBackOne(held.map((row) => Number(row.shard)))
    const wanted = Math.max(0, share - held.length)
    await this.sql`
      UPDATE shards SET holder = ${this.worker}, lease_until = now() + ${LEASE_SECONDS} * interval '1 second'
      WHERE shard IN (
        SELECT shard FROM shards WHERE holder IS NULL OR lease_until < now()
        ORDER BY shard LIMIT ${wanted} FOR UPDATE SKIP LOCKED)`
    const now = await this.sql`SELECT shard FROM shards WHERE holder = ${this.worker} ORDER BY shard`
    return now.map((row) => Number(row.shard))
  }

  private async fairShare(): Promise<number> {
    const [row] = await this.sql`
      SELECT ceil((SELECT count(*) FROM shards)::numeric / GREATEST(1, count(*)))::integer AS share
      FROM workers WHERE seen_at > now() - ${LEASE_SECONDS} * interval '1 second'`
    return Number(row?.share)
  }

  private async giveBackOne(held: number[]): Promise<void> {
    await this
      .sql`UPDATE shards SET holder = NULL WHERE shard = ${held.at(-1) ?? -1} AND holder = ${this.worker}`
  }

  /** Gives everything back, so that another worker takes over at once. */
  async giveBackAll(): Promise<void> {
    await this.sql`UPDATE shards SET holder = NULL WHERE holder = ${this.worker}`
    await this.sql`DELETE FROM workers WHERE id = ${this.worker}`
  }
}

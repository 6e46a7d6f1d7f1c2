/** Which worker reads which shard: leases in Postgres, by Postgres's clock, shared out evenly over the workers that live. */

import type { Position } from "@tallyroom/lib/ballots/ballot"
import type { Database } from "@tallyroom/lib/database"
import { SCHEMA } from "@tallyroom/lib/postgres/schema"
import { numberArray } from "@tallyroom/lib/postgres-array"
import { Instance, instanceColumn } from "../database/instance"
import { Failures } from "./failures"

/**
 * After this, another worker takes over the shards of a worker that is dead, or gets nowhere with them. A commit renews a lease,
 * and so does a heartbeat if its shard gets on.
 */
export const LEASE_SECONDS = 5

/** How this worker gets on. */
export type Fitness = {
  /** Whether it can work on shards now. One that can't counts as no worker, so that others take its share as well. */
  isFit: boolean
  /**
   * The shards that get on, the one held the longest first. Whoever can do better may take the others; until then they stay with
   * this worker.
   */
  gettingOn: number[]
}

/** What a heartbeat found. */
export type Found = {
  /** The shards that this worker holds, and where Postgres says that each is counted up to. */
  positions: Map<number, Position>
  /** Since when this Postgres runs; null before the first answer. */
  postgres: string | null
}

export class Leases {
  /** What the last heartbeat found. */
  found: Found = { positions: new Map(), postgres: null }
  private readonly failures = new Failures()

  constructor(
    private readonly sql: Database,
    readonly worker: string,
    private readonly instance = new Instance(),
  ) {}

  /**
   * Tells that this worker lives, renews its leases (not one that is locked: a commit renews it, and nobody takes it meanwhile), takes free shards up to its fair share, and gives back one that is over it.
   * @returns the shards held now
   * @throws {AnotherDatabase} before anything is taken in it
   */
  async heartbeat({ isFit, gettingOn }: Fitness): Promise<number[]> {
    this.failures.see([...this.found.positions.keys()], gettingOn)
    await this.sql`
      UPDATE shards SET lease_until = now() + ${LEASE_SECONDS} * interval '1 second'
      WHERE shard IN (
        SELECT shard FROM shards WHERE holder = ${this.worker} AND shard = ANY(${numberArray(gettingOn)}::integer[])
        FOR UPDATE SKIP LOCKED)`
    if (isFit) await this.share(gettingOn)
    else await this.sql`DELETE FROM workers WHERE id = ${this.worker}`
    return this.held()
  }

  private async share(gettingOn: number[]): Promise<void> {
    const held = await this.held()
    await this.sql`
      INSERT INTO workers (id, schema, seen_at) VALUES (${this.worker}, ${SCHEMA}, now())
      ON CONFLICT (id) DO UPDATE SET seen_at = now()`
    await this.sql`DELETE FROM workers WHERE seen_at < now() - ${LEASE_SECONDS * 12} * interval '1 second'`
    const share = await this.fairShare()
    if (held.length > share)
      await this.giveBackOne(held.find((shard) => !gettingOn.includes(shard)) ?? gettingOn[0] ?? -1)
    else if (held.length < share) await this.take(share - held.length, 0)
    // Its holder lives and does not get on with it. It gets another one for it: a worker over its share gives one back.
    else if (held.every((shard) => gettingOn.includes(shard))) await this.take(1, LEASE_SECONDS)
  }

  /**
   * Takes free shards. One that got nowhere here either stays with a worker that lives: it would only change sides for ever, and
   * another one with it each time.
   * @param lapsed for how many seconds another worker has got nowhere with a shard that is taken from it
   */
  private async take(count: number, lapsed: number): Promise<void> {
    const failed = this.failures.known()
    if (failed.length > 0) await this.forgetMended(failed)
    await this.sql`
      UPDATE shards SET holder = ${this.worker}, lease_until = now() + ${LEASE_SECONDS} * interval '1 second'
      WHERE shard IN (
        SELECT shard FROM shards
        WHERE holder IS NULL OR (lease_until < now() - ${lapsed} * interval '1 second' AND holder <> ${this.worker}
          AND (shard <> ALL(${numberArray(this.failures.known())}::integer[]) OR holder NOT IN (
            SELECT id FROM workers WHERE seen_at > now() - ${LEASE_SECONDS} * interval '1 second')))
        ORDER BY shard LIMIT ${count} FOR UPDATE SKIP LOCKED)`
  }

  private async forgetMended(failed: number[]): Promise<void> {
    const rows = await this.sql`
      SELECT shard, holder::text AS holder, extract(epoch FROM lease_until)::float AS until
      FROM shards WHERE shard = ANY(${numberArray(failed)}::integer[])`
    for (const { shard, holder, until } of rows)
      this.failures.seeElsewhere(Number(shard), holder, Number(until))
  }

  private async held(): Promise<number[]> {
    const rows = await this.sql`
      SELECT shard, ms, seq, pg_postmaster_start_time()::text AS postgres, asked.instance
      FROM (SELECT ${instanceColumn(this.sql)}) AS asked LEFT JOIN shards ON holder = ${this.worker} ORDER BY shard`
    this.instance.verify(rows[0]?.instance)
    const positions = rows.flatMap(({ shard, ms, seq }) =>
      shard === null ? [] : [[Number(shard), { ms: Number(ms), seq: Number(seq) }] as const],
    )
    this.found = { positions: new Map(positions), postgres: rows[0]?.postgres ?? null }
    return [...this.found.positions.keys()]
  }

  private async fairShare(): Promise<number> {
    const [row] = await this.sql`
      SELECT ceil((SELECT count(*) FROM shards)::numeric / GREATEST(1, count(*)))::integer AS share
      FROM workers WHERE seen_at > now() - ${LEASE_SECONDS} * interval '1 second'`
    return Number(row?.share)
  }

  private async giveBackOne(shard: number): Promise<void> {
    await this.sql`UPDATE shards SET holder = NULL WHERE shard = ${shard} AND holder = ${this.worker}`
  }

  /** Gives everything back, so that another worker takes over at once. */
  async giveBackAll(): Promise<void> {
    await this.sql`UPDATE shards SET holder = NULL WHERE holder = ${this.worker}`
    await this.sql`DELETE FROM workers WHERE id = ${this.worker}`
  }
}

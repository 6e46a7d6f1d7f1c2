/** The tallies that the worker copies into Redis; each is read at most four times a second. */

import { BoundedMap } from "@tallyroom/lib/bounded-map"
import { InboxAway } from "@tallyroom/lib/inbox/contract"
import { keys } from "@tallyroom/lib/inbox/keys"
import type { Redis } from "ioredis"
import { z } from "zod"
import { type Freshness, SingleFlight } from "./single-flight"

/** A tally that is older than this is not shown. */
const FRESHNESS: Freshness = { freshMs: 250, usableMs: 5_000 }
const MOST_ENTRIES = 1_000

const countsSchema = z.object({
  version: z.number(),
  votes: z.record(z.string(), z.number()),
  /** Where options are rated or decided on: how many ballots say of each this rating, `yes` or `no`. */
  said: z.record(z.string(), z.record(z.string(), z.number())).optional(),
  /** The ballots that count, abstentions included. */
  total: z.number(),
  /** The ballots that chose nothing, where some may. */
  abstained: z.number().optional(),
})

/** A tally as Postgres had it a moment ago. Of two, the one with the greater version is newer. */
export type Counts = z.infer<typeof countsSchema>

export class Tallies {
  private readonly entries = new BoundedMap<string, SingleFlight<Counts>>(MOST_ENTRIES)

  constructor(private readonly redis: Pick<Redis, "get">) {}

  /**
   * @param poll the id of a poll that exists
   * @throws {InboxAway} when Redis has no tally of it, as while nobody may see the results
   */
  async read(poll: string): Promise<Counts> {
    const entry =
      this.entries.get(poll) ??
      new SingleFlight(
        () => this.load(poll),
        () => FRESHNESS,
      )
    this.entries.set(poll, entry)
    return entry.get()
  }

  private async load(poll: string): Promise<Counts> {
    const json = await this.redis.get(keys.tally(poll))
    if (json === null) throw new InboxAway(`there is no tally of ${poll} here`)
    try {
      return countsSchema.parse(JSON.parse(json))
    } catch (cause) {
      throw new InboxAway(`the tally of ${poll} can't be read`, { cause })
    }
  }
}

/** The rows of polls in Postgres, validated as they are read. */

import { z } from "zod"
import type { Queries } from "../postgres/rights"
import { type Poll, pollSchema } from "./poll"

/** A poll with its place in the list of all polls; the greatest place comes first. */
export type PlacedPoll = Poll & { place: number }

const rowSchema = z
  .object({
    number: z.number(),
    id: z.string(),
    title: z.string(),
    options: z.unknown(),
    ballot: z.unknown(),
    decision: z.unknown(),
    option_order: z.string(),
    policy: z.string(),
    state: z.string(),
    results: z.string(),
    eligibility: z.string(),
    confirm: z.boolean().nullable(),
    opens_at: z.date().nullable(),
    closes_at: z.date().nullable(),
    salt: z.string(),
    revision: z.number(),
    stops: z.number(),
    words: z.number(),
    is_default: z.boolean(),
    archived: z.boolean(),
    deleting: z.boolean(),
    place: z.number(),
  })
  .transform(({ option_order, opens_at, closes_at, is_default, ...row }) => ({
    ...row,
    order: option_order,
    opensAt: opens_at,
    closesAt: closes_at,
    isDefault: is_default,
  }))

/** The columns that `readPollRow` needs, for a SELECT or RETURNING. */
export function pollColumns(sql: Queries) {
  return sql`polls.number, polls.id, polls.title, polls.options, polls.ballot, polls.decision, polls.option_order, polls.policy,
    polls.state, polls.results, polls.eligibility, polls.confirm, polls.opens_at, polls.closes_at, polls.salt, polls.revision, polls.stops,
    polls.words, polls.is_default, polls.archived_at IS NOT NULL AS archived, polls.deleting_at IS NOT NULL AS deleting,
    polls.place`
}

/** The poll of this row; null if the row is invalid, as when somebody edited the table by hand. */
export function readPollRow(row: unknown): PlacedPoll | null {
  const fields = rowSchema.safeParse(row)
  const poll = pollSchema.safeParse(fields.data)
  return fields.success && poll.success ? { ...poll.data, place: fields.data.place } : null
}

/** The order of every list of polls, for a SELECT: the host's own, and without one the newest first. */
export function pollOrder(sql: Queries) {
  return sql`polls.place DESC, polls.number DESC`
}

/** The same order for polls that were read already. */
export function inPollOrder(one: PlacedPoll, other: PlacedPoll): number {
  return other.place - one.place || other.number - one.number
}

/** A new poll's salt: 32 random bytes as base64url. */
export function newSalt(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url")
}

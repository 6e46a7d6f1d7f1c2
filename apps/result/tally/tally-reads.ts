/** Reads tallies by the ids that people use. */

import type { Database } from "@tallyroom/lib/database"
import { SLUG } from "@tallyroom/lib/polls/poll"
import { readTallyRow, type Tally, tallyColumns } from "@tallyroom/lib/polls/tallies"
import { textArray } from "@tallyroom/lib/postgres-array"
import { type SharedReads, sharedReads } from "../database/shared-reads"
import { readTimeline, type Timeline, timelineColumn } from "./timeline"

/** The key of the default poll, whichever that is. */
export const DEFAULT_POLL = ""

export type PollResults = { tally: Tally; timeline: Timeline }

/** The tallies of polls by id. */
export function tallyReads(sql: Database): SharedReads<Tally> {
  return sharedReads(async (ids) => {
    const rows = await sql`SELECT ${tallyColumns(sql)} FROM polls WHERE ${named(sql, ids)}`
    return byId(rows.flatMap((row) => readTallyRow(row) ?? []).map((tally) => [tally, tally]))
  })
}

/** Tally and timeline of polls by id, both of the same moment. */
export function resultReads(sql: Database): SharedReads<PollResults> {
  return sharedReads(async (ids) => {
    const rows = await sql`
      SELECT ${tallyColumns(sql)}, ${timelineColumn(sql)} FROM polls WHERE ${named(sql, ids)}`
    return byId(
      rows.flatMap((row) => {
        const tally = readTallyRow(row)
        return tally ? [[tally, { tally, timeline: readTimeline(row, tally.poll) }] as const] : []
      }),
    )
  })
}

function named(sql: Database, ids: string[]) {
  const slugs = textArray(ids.filter((id) => SLUG.test(id)))
  return sql`(id = ANY(${slugs}::text[]) OR (is_default AND ${ids.includes(DEFAULT_POLL)}))`
}

function byId<T>(found: (readonly [Tally, T])[]): Map<string, T> {
  return new Map(
    found.flatMap(([{ poll }, value]) => [
      [poll.id, value] as const,
      ...(poll.isDefault ? [[DEFAULT_POLL, value] as const] : []),
    ]),
  )
}

/** How a tally grew: few enough points for a chart, each with all votes up to its moment. */

import type { Database } from "@tallyroom/lib/database"
import { countOf } from "@tallyroom/lib/polls/counts"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { doublings } from "@tallyroom/lib/polls/timeline"
import { z } from "zod"

export type Timeline = {
  stepSeconds: number
  /** A Unix second, and the votes that each option had at its end. */
  points: [number, Record<string, number>][]
}

const rowSchema = z.object({
  timeline: z.object({
    step: z.number().nullable(),
    changes: z.array(z.tuple([z.number(), z.string(), z.number()])),
  }),
})

/** The column that `readTimeline` needs: by how many votes each option changed in each step, in order. */
export function timelineColumn(sql: Database) {
  return sql`(
    WITH span AS (
      SELECT min(second) AS first, max(second) AS last FROM timeline WHERE poll = number
    ), steps AS (
      SELECT last, 1::bigint << ${doublings(sql)} AS step FROM span
    ), changes AS (
      SELECT second / step AS bucket, option, sum(votes) AS votes
      FROM timeline, steps WHERE poll = number GROUP BY bucket, option
    )
    SELECT jsonb_build_object('step', (SELECT step FROM steps), 'changes', COALESCE(jsonb_agg(jsonb_build_array(
      LEAST((bucket + 1) * step - 1, last), option, votes) ORDER BY bucket), '[]'))
    FROM changes, steps
  ) AS timeline`
}

/** Adds the changes up. Options that a poll does not have are left out. */
export function readTimeline(row: unknown, poll: Pick<Poll, "options">): Timeline {
  const { step, changes } = rowSchema.parse(row).timeline
  const votes = Object.fromEntries(poll.options.map(({ id }) => [id, 0]))
  const points = new Map<number, Record<string, number>>()
  for (const [second, option, change] of changes) {
    if (!Object.hasOwn(votes, option)) continue
    votes[option] = countOf(votes, option) + change
    points.set(second, { ...votes })
  }
  return { stepSeconds: step ?? 1, points: [...points] }
}

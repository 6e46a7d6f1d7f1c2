/** How a tally grew: few enough points for a chart, each with all votes up to its moment. */

import type { Database } from "@tallyroom/lib/database"
import { countOf } from "@tallyroom/lib/polls/counts"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { doublings } from "@tallyroom/lib/polls/timeline"
import { z } from "zod"

/**
 * The fewest votes in a step that is told (k-anonymity). Who knows when somebody voted so finds that vote among at least so many,
 * for two options or more. Only a poll with fewer votes, or with votes for one option alone, has a step of fewer.
 */
export const FEWEST_VOTES_A_STEP = 10

export type Timeline = {
  /** How long a step takes at least. Steps with few votes are joined. */
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
  return { stepSeconds: step ?? 1, points: joinSmallSteps([...points]) }
}

/** The points without those that end a step of too few votes, which is joined with the next; the last one with the one before. */
function joinSmallSteps(points: Timeline["points"]): Timeline["points"] {
  const kept: Timeline["points"] = []
  let before: Record<string, number> = {}
  for (const point of points) {
    if (!hidesVotes(before, point[1])) continue
    kept.push(point)
    before = point[1]
  }
  const last = points.at(-1)
  if (last && last !== kept.at(-1)) kept.splice(-1, 1, last)
  return kept
}

/** Whether so many votes came, for more than one option, that nobody's can be told. A vote that was moved counts once. */
function hidesVotes(before: Record<string, number>, after: Record<string, number>): boolean {
  const changes = Object.entries(after).map(([option, votes]) => votes - countOf(before, option))
  const came = changes.filter((change) => change > 0)
  return came.length > 1 && came.reduce((sum, change) => sum + change, 0) >= FEWEST_VOTES_A_STEP
}

/** How a tally grew: few enough points for a chart, each with all votes up to its moment. */

import { A_BALLOT, type Asked, type Decided, marksOf, optionsByMark } from "@tallyroom/lib/ballots/choice"
import type { Database } from "@tallyroom/lib/database"
import { countOf } from "@tallyroom/lib/polls/counts"
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

/** The votes up to a moment, and where a ballot has several, the ballots. */
type Point = { second: number; votes: Record<string, number>; ballots: number | null }

/** Adds the changes up. Options that a poll does not have are left out. */
export function readTimeline(row: unknown, poll: Asked & Decided): Timeline {
  const { step, changes } = rowSchema.parse(row).timeline
  const marks = marksOf(poll)
  const options = marks && optionsByMark(poll)
  const votes = Object.fromEntries(poll.options.map(({ id }) => [id, 0]))
  let ballots = marks && marks.led === 0 ? 0 : null
  const points = new Map<number, Point>()
  for (const [second, text, change] of changes) {
    const option = options?.get(text) ?? text
    if (Object.hasOwn(votes, option)) votes[option] = countOf(votes, option) + change
    else if (ballots !== null && text === A_BALLOT) ballots += change
    else continue
    points.set(second, { second, votes: { ...votes }, ballots })
  }
  const told = joinSmallSteps([...points.values()])
  return { stepSeconds: step ?? 1, points: told.map((point) => [point.second, point.votes]) }
}

/** The points without those that end a step of too few votes, which is joined with the next; the last one with the one before. */
function joinSmallSteps(points: Point[]): Point[] {
  const kept: Point[] = []
  let before: Point = { second: 0, votes: {}, ballots: 0 }
  for (const point of points) {
    if (!hidesVotes(before, point)) continue
    kept.push(point)
    before = point
  }
  const last = points.at(-1)
  if (last && last !== kept.at(-1)) kept.splice(-1, 1, last)
  return kept
}

/** Whether so many people voted, for more than one option, that nobody's vote can be told. A vote that was moved counts once. */
function hidesVotes(before: Point, after: Point): boolean {
  const changes = Object.entries(after.votes).map(([option, votes]) => votes - countOf(before.votes, option))
  const came = changes.filter((change) => change > 0)
  const votes = came.reduce((sum, change) => sum + change, 0)
  const people = after.ballots === null ? votes : after.ballots - (before.ballots ?? 0)
  return came.length > 1 && people >= FEWEST_VOTES_A_STEP
}

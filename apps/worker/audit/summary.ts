/** What the books of all polls say together, in one statement that costs little. The audit says it poll by poll, and counts votes anew. */

import type { Database } from "@tallyroom/lib/database"

export type BooksSummary = { lost: number; unbalanced: number }

/**
 * How many ballots are lost, of polls that did not become final more than a week ago, and how many polls have a tally that
 * differs from their books, or books that explain more than was accepted. All are of one moment.
 */
export async function summarizeBooks(sql: Database): Promise<BooksSummary> {
  const [row] = await sql`
    WITH booked AS (
      SELECT poll, sum(accepted - copies) AS accepted, sum(counted) AS counted, sum(lost) AS lost,
        sum(counted + replaced + late + set_aside + lost) AS explained
      FROM books GROUP BY poll
    ), tallied AS (SELECT poll, sum(votes) AS votes FROM tallies GROUP BY poll)
    SELECT
      COALESCE(sum(booked.lost) FILTER (WHERE final_at IS NULL OR final_at > now() - interval '7 days'), 0) AS lost,
      count(*) FILTER (WHERE COALESCE(counted, 0) <> COALESCE(votes, 0) OR explained > accepted) AS unbalanced
    FROM booked FULL JOIN tallied USING (poll) JOIN polls ON number = poll`
  return { lost: Number(row?.lost), unbalanced: Number(row?.unbalanced) }
}

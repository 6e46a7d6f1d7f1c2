/**
 * Reads what the whole ballots of a poll have decided, or decides it: tally and profile are of the same moment.
 * What a tally alone decides comes with it (`tallied.ts`).
 */

import { z } from "zod"
import { optionsByMark } from "../ballots/choice"
import type { Database } from "../database"
import { profileDecision } from "../polls/decision"
import { isByProfileIn, readTallyRow, type Tally, tallyColumns } from "../polls/tallies"
import { decide, type Election } from "./decide"
import { type Outcome, outcomeSchema } from "./outcome"
import { profileIn, ratedIn } from "./profile-text"

/** `isStored`: it stands for good. */
export type DecidedTally = { tally: Tally; outcome: Outcome; isStored: boolean }

const rowSchema = z.object({ stored: outcomeSchema.nullable(), profile: z.string().nullable() })

/**
 * @param poll its number
 * @returns null where there is no such poll, or its tally alone decides it
 */
export async function readOutcome(sql: Database, poll: number): Promise<DecidedTally | null> {
  // An outcome that is stored needs no profile.
  const [row] = await sql`
    SELECT ${tallyColumns(sql)}, stored.outcome AS stored,
      CASE WHEN stored.outcome IS NULL THEN ${profileOf(sql)} END AS profile
    FROM polls LEFT JOIN outcomes AS stored ON stored.poll = number
    WHERE number = ${poll} AND ${isByProfileIn(sql)}`
  const tally = row && readTallyRow(row)
  if (!tally) return null
  const { stored, profile } = rowSchema.parse(row)
  if (stored !== null) return { tally, outcome: stored, isStored: true }
  const election = electionOf(tally, profile ?? "")
  return election && { tally, outcome: decide(election), isStored: false }
}

/** @param profile a line for each text: a space and how many ballots say so behind it @returns null where the tally alone decides */
function electionOf({ poll, abstained }: Tally, profile: string): Election | null {
  const decision = profileDecision(poll)
  if (!decision) return null
  const common = { ids: [...optionsByMark(poll).values()], abstained }
  return decision.rule === "star"
    ? { ...common, decision: { ...decision, rule: decision.rule }, rated: ratedIn(poll, profile) }
    : { ...common, decision: { ...decision, rule: decision.rule }, profile: profileIn(poll, profile) }
}

/** How many ballots say each whole text. All together are one value, as each row would be an object. */
function profileOf(sql: Database) {
  return sql`(SELECT string_agg(mark || ' ' || votes, E'\n') FROM (
      SELECT mark, sum(votes) AS votes FROM marks WHERE poll = number AND whole GROUP BY mark HAVING sum(votes) > 0
    ) AS orders)`
}

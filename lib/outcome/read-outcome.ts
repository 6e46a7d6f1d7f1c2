/**
 * Reads what the whole ballots of a poll have decided, or decides it: tally and profile are of the same moment.
 * What a tally alone decides comes with it (`tallied.ts`).
 */

import { z } from "zod"
import { ballotFileOf, optionsByMark } from "../ballots/choice"
import type { Database } from "../database"
import { profileDecision } from "../polls/decision"
import { isByProfileIn, readTallyRow, type Tally, tallyColumns } from "../polls/tallies"
import { decide, type Election } from "./decide"
import { type Outcome, outcomeSchema } from "./outcome"
import { preflibFile } from "./preflib"
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

/** They are final, and no worker has written down yet how many of them say the same. */
export const NOT_COUNTED_YET = { isCounted: false } as const

/**
 * The ballots of a final poll as a file of PrefLib.
 * @param poll its number
 * @returns null where there is no such poll, its ballots are no file, or it is not final
 */
export async function readBallots(
  sql: Database,
  poll: number,
): Promise<string | typeof NOT_COUNTED_YET | null> {
  const [row] = await sql`
    SELECT ${tallyColumns(sql)},
      CASE WHEN ${isByProfileIn(sql)} THEN COALESCE(${profileOf(sql)}, '')
        ELSE (SELECT profile FROM profiles WHERE poll = number) END AS profile
    FROM polls WHERE number = ${poll} AND state = 'final'`
  const tally = row && readTallyRow(row)
  if (!tally || ballotFileOf(tally.poll) === null) return null
  const profile = profileSchema.parse(row?.profile)
  if (profile === null) return NOT_COUNTED_YET
  return preflibFile(tally.poll, profile, (tally.finalAt ?? tally.at).toISOString().slice(0, 10))
}

const profileSchema = z.string().nullable()

/** How many ballots say each whole text. All together are one value, as each row would be an object. */
function profileOf(sql: Database) {
  return sql`(SELECT string_agg(mark || ' ' || votes, E'\n') FROM (
      SELECT mark, sum(votes) AS votes FROM marks WHERE poll = number AND whole GROUP BY mark HAVING sum(votes) > 0
    ) AS orders)`
}

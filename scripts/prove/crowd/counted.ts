/** The counts of a poll and what it decides, as snapshots and the API have them. */

import { z } from "zod"
import type { Counts } from "../record/record"
import { countName } from "../record/said"

export const countedSchema = z.object({
  /** Missing where each ballot is one vote for one option. */
  ballot: z.object({ method: z.string() }).optional(),
  total: z.number(),
  abstained: z.number().optional(),
  options: z.array(
    z.object({
      id: z.string(),
      votes: z.number(),
      /** How many ballots give it 0, 1 and so on; or how many say yes and how many no. */
      said: z.array(z.number()).optional(),
    }),
  ),
})

/** What rankings decide, as live messages have it and the API. */
export const outcomeSchema = z.object({
  number: z.number(),
  version: z.number(),
  final: z.boolean(),
  outcome: z.record(z.string(), z.unknown()),
})

const ANSWERS = ["yes", "no"]

/** The same as the record has it. */
export function countsIn({ ballot, total, abstained, options }: z.infer<typeof countedSchema>): {
  total: number
  abstained: number | null
  votes: Counts
} {
  const votes: Counts = {}
  for (const { id: option, votes: count, said = [] } of options) {
    votes[option] = count
    for (const [i, ballots] of said.entries()) {
      const value = ballot?.method === "decide" ? (ANSWERS[i] ?? "") : `${i}`
      votes[countName({ option, value })] = ballots
    }
  }
  return { total, abstained: abstained ?? null, votes }
}

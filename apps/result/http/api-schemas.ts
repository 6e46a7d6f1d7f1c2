/** What several answers of the API have in common, for its documentation. A test holds the answers of a running app against it. */

import { queryOf } from "@tallyroom/lib/http/openapi"
import { ballotMethodSchema } from "@tallyroom/lib/polls/ballot-method"
import { decisionSchema } from "@tallyroom/lib/polls/decision"
import { resultsSchema, slugSchema, stateSchema } from "@tallyroom/lib/polls/poll"
import { z } from "zod"

/** For reading: a session counts for changes anyway, and an admin token always. */
export const ADMIN_QUERY = queryOf("admin", "With the session of a signed-in browser: what an admin sees.")

export const momentSchema = z.iso.datetime()
export const countSchema = z.int().nonnegative()
export const phaseSchema = z.enum(["draft", "scheduled", "open", "paused", "closed", "final"])

/** An option without the limits that hold for requests: validators read some of those in different ways. */
export const answeredOptionSchema = z.strictObject({
  id: slugSchema,
  label: z.string(),
  emoji: z.string().optional(),
  colour: z.string().optional(),
  image: z.string().optional(),
})

export const countedOptionSchema = answeredOptionSchema.extend({
  votes: countSchema,
  /** How many ballots give it 0, 1 and so on, where ballots rate; how many say yes and how many no, where they decide. */
  said: z.array(countSchema).optional(),
})

/** What `snapshotOf` says of the poll itself. */
export const snapshotHeadSchema = z.strictObject({
  poll: slugSchema,
  number: z.int().positive(),
  title: z.string(),
  state: stateSchema,
  phase: phaseSchema,
  results: resultsSchema,
  /** Missing where each ballot is one vote for one option. */
  ballot: ballotMethodSchema.optional(),
  /** Missing where the poll is decided by the most votes alone, and for rankings. */
  decision: decisionSchema.optional(),
  version: countSchema,
  opensAt: momentSchema.nullable(),
  closesAt: momentSchema.nullable(),
  finalAt: momentSchema.nullable(),
})

/** What several answers of the API have in common, for its documentation. A test holds the answers of a running app against it. */

import { queryOf } from "@tallyroom/lib/http/openapi"
import { slugSchema } from "@tallyroom/lib/polls/poll"
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

/** The parts of a poll that everybody may see. */

import { ballotMethodSchema } from "@tallyroom/lib/polls/ballot-method"
import {
  confirmsVote,
  eligibilitySchema,
  optionSchema,
  orderSchema,
  type Poll,
  policySchema,
  resultsSchema,
  slugSchema,
  votingPhase,
} from "@tallyroom/lib/polls/poll"
import { z } from "zod"

const moment = z.iso.datetime().nullable()

/** What `pollView` gives. */
export const viewSchema = z.object({
  id: slugSchema,
  number: z.int(),
  revision: z.int(),
  words: z.int().optional(),
  phase: z.enum(["draft", "scheduled", "open", "paused", "closed", "final"]),
  title: z.string().optional(),
  options: z.array(optionSchema).optional(),
  ballot: ballotMethodSchema.optional(),
  order: orderSchema
    .meta({ description: "With `random` the ballot page shows each voter the options in an own order." })
    .optional(),
  mixed: z
    .array(slugSchema)
    .meta({
      description:
        "With a random order, the ids of the options in alphabetical order: a page that shows others must be loaded again.",
    })
    .optional(),
  policy: policySchema.optional(),
  results: resultsSchema.optional(),
  eligibility: eligibilitySchema.optional(),
  confirm: z.boolean().optional(),
  opensAt: moment.optional(),
  closesAt: moment.optional(),
})

/** The poll as the API shows it, never with its salt. */
export function pollView(poll: Poll, now: number): Record<string, unknown> {
  const phase = votingPhase(poll, now)
  const {
    id,
    number,
    revision,
    words,
    title,
    options,
    ballot,
    order,
    policy,
    results,
    eligibility,
    opensAt,
    closesAt,
  } = poll
  const confirm = confirmsVote(poll)
  const terms = { policy, results, eligibility, confirm, opensAt, closesAt }
  return { id, number, revision, words, title, options, ballot, order, phase, ...terms, ...mixedIn(poll) }
}

/** What voters see in own orders, by ids; nothing where all see the options as they are written. */
export function mixedIn({ order, options }: Pick<Poll, "order" | "options">): { mixed?: string[] } {
  return order === "random" ? { mixed: options.map(({ id }) => id).sort() } : {}
}

/** What `pollNow` gives. */
export const nowSchema = z.object({
  number: z.int(),
  revision: z.int(),
  phase: z.enum(["draft", "scheduled", "open", "paused", "closed", "final"]),
  default: slugSchema.nullable(),
})

/**
 * The parts of a poll that may change while somebody looks at it. They are few, as every open page asks for them each second;
 * when the revision changes, the page reads the whole poll. `default` is the poll of the start page; null if that is unknown.
 */
export function pollNow(
  poll: Poll,
  index: { default: string | null } | null,
  now: number,
): z.infer<typeof nowSchema> {
  const { number, revision } = poll
  return { number, revision, phase: votingPhase(poll, now), default: index?.default ?? null }
}

/** What anybody may know of a poll. */

import {
  confirmsVote,
  eligibilitySchema,
  optionSchema,
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
  policy: policySchema.optional(),
  results: resultsSchema.optional(),
  eligibility: eligibilitySchema.optional(),
  confirm: z.boolean().optional(),
  opensAt: moment.optional(),
  closesAt: moment.optional(),
})

/** The poll as the API shows it, never its salt; of a draft nothing but that it is one. */
export function pollView(poll: Poll, now: number): Record<string, unknown> {
  const phase = votingPhase(poll, now)
  if (phase === "draft") return { id: poll.id, number: poll.number, revision: poll.revision, phase }
  const { id, number, revision, words, title, options, policy, results, eligibility, opensAt, closesAt } =
    poll
  const confirm = confirmsVote(poll)
  const terms = { policy, results, eligibility, confirm, opensAt, closesAt }
  return { id, number, revision, words, title, options, phase, ...terms }
}

/** What `pollNow` gives. */
export const nowSchema = z.object({
  number: z.int(),
  revision: z.int(),
  phase: z.enum(["draft", "scheduled", "open", "paused", "closed", "final"]),
  default: slugSchema.nullable(),
})

/**
 * What may change while somebody looks at a poll, in a line, as every page that is looked at asks for it each second: with
 * another revision the poll itself is another one. `default` is the poll that the start page shows, null when nobody knows.
 */
export function pollNow(
  poll: Poll,
  index: { default: string | null } | null,
  now: number,
): z.infer<typeof nowSchema> {
  const { number, revision } = poll
  return { number, revision, phase: votingPhase(poll, now), default: index?.default ?? null }
}

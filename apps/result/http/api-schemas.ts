/** What the API answers, for its documentation; a test holds the answers of a running app against it. */

import {
  eligibilitySchema,
  policySchema,
  resultsSchema,
  slugSchema,
  stateSchema,
} from "@tallyroom/lib/polls/poll"
import { z } from "zod"
import { BALLOT_FATES } from "../receipt/receipt-status"

const moment = z.iso.datetime()
const count = z.int().nonnegative()
const phaseSchema = z.enum(["draft", "scheduled", "open", "paused", "closed", "final"])

/** Without the limits of what may be written, some of which validators read in different ways. */
const optionSchema = z.strictObject({
  id: slugSchema,
  label: z.string(),
  emoji: z.string().optional(),
  colour: z.string().optional(),
  image: z.string().optional(),
})

/** What `snapshotOf` gives with counts, the options' shares, and the timeline. */
export const tallySchema = z.strictObject({
  poll: slugSchema,
  number: z.int().positive(),
  title: z.string(),
  state: stateSchema,
  phase: phaseSchema,
  results: resultsSchema,
  version: count,
  opensAt: moment.nullable(),
  closesAt: moment.nullable(),
  finalAt: moment.nullable(),
  hidden: z.literal(false),
  total: count,
  /** Shares are exactly 1 together; null while there are no votes. */
  options: z.array(optionSchema.extend({ votes: count, share: z.number().min(0).max(1).nullable() })),
  timeline: z.strictObject({
    stepSeconds: z.int().positive(),
    points: z.array(z.tuple([z.int(), z.record(slugSchema, z.int())])),
  }),
})

export const receiptStatusSchema = z.strictObject({
  poll: slugSchema,
  status: z.enum(BALLOT_FATES),
  since: moment.optional(),
})

/** What `pollView` gives; the last four are for admins alone. */
export const pollViewSchema = z.strictObject({
  id: slugSchema,
  title: z.string(),
  options: z.array(optionSchema),
  policy: policySchema,
  results: resultsSchema,
  eligibility: eligibilitySchema,
  confirm: z.boolean(),
  state: stateSchema,
  phase: phaseSchema,
  opensAt: moment.nullable(),
  closesAt: moment.nullable(),
  pausedAt: moment.nullable(),
  closedAt: moment.nullable(),
  finalFrom: moment.nullable(),
  finalAt: moment.nullable(),
  default: z.boolean(),
  archived: z.boolean(),
  deleting: z.boolean().optional(),
  revision: count.optional(),
  codesMade: count.optional(),
  accepted: count.optional(),
})

export const pollsSchema = z.strictObject({ polls: z.array(pollViewSchema) })

export const madeCodesSchema = z.strictObject({ poll: slugSchema, codes: z.array(z.string()) })

/** What the OpenAPI document says of the routes of polls. */

import type { ProblemKind } from "@tallyroom/lib/errors"
import { POLLS_A_PART } from "@tallyroom/lib/http/list-part"
import {
  jsonAnswer,
  jsonBody,
  nextSchema,
  OFFSET_QUERY,
  POLL_PARAMETER,
  problemAnswers,
  textAnswer,
} from "@tallyroom/lib/http/openapi"
import { ballotMethodSchema } from "@tallyroom/lib/polls/ballot-method"
import { decisionSchema } from "@tallyroom/lib/polls/decision"
import {
  eligibilitySchema,
  orderSchema,
  policySchema,
  resultsSchema,
  slugSchema,
  stateSchema,
} from "@tallyroom/lib/polls/poll"
import type { DocumentDecoration } from "elysia"
import { z } from "zod"
import {
  ADMIN_QUERY,
  answeredOptionSchema,
  countSchema,
  momentSchema,
  phaseSchema,
} from "../http/api-schemas"
import { duplicateSchema, pollChangeSchema, sentPollSchema } from "./poll-change"

/** What `pollView` returns; only admins get the last four fields. */
const pollViewSchema = z.strictObject({
  id: slugSchema,
  title: z.string(),
  options: z.array(answeredOptionSchema),
  ballot: ballotMethodSchema,
  decision: decisionSchema.nullable(),
  order: orderSchema.meta({
    description: "In which order ballots show the options; with `random` each voter has an own one.",
  }),
  policy: policySchema,
  results: resultsSchema,
  eligibility: eligibilitySchema,
  confirm: z.boolean(),
  state: stateSchema,
  phase: phaseSchema,
  closing: z.boolean().meta({
    description:
      "The poll was closed, and not every shard has confirmed it: votes may still be taken until then, and they count.",
  }),
  pausing: z.boolean().meta({ description: "The same for a poll that was paused." }),
  opensAt: momentSchema.nullable(),
  closesAt: momentSchema.nullable(),
  pausedAt: momentSchema.nullable().meta({ description: "Null also while `pausing` is true." }),
  closedAt: momentSchema.nullable().meta({
    description: "Since when no shard has taken a vote; null also while `closing` is true.",
  }),
  finalFrom: momentSchema.nullable(),
  finalAt: momentSchema.nullable(),
  default: z.boolean(),
  archived: z.boolean(),
  deleting: z.boolean().optional(),
  revision: countSchema.optional(),
  codesMade: countSchema.optional(),
  accepted: countSchema.optional(),
})

const pollsSchema = z.strictObject({ polls: z.array(pollViewSchema), next: nextSchema })

const codesAnswerSchema = z.strictObject({ poll: slugSchema, codes: z.array(z.string()) })

/** The most codes that one request may order. */
const CODES_AT_ONCE = 10_000

export const codesSchema = z.strictObject({ count: z.int().min(1).max(CODES_AT_ONCE) })

/** Of a query. */
export const codesAgainSchema = z.object({
  from: z.coerce.number().pipe(z.int().min(1)).default(1),
  count: z.coerce.number().pipe(z.int().min(1).max(CODES_AT_ONCE)).default(CODES_AT_ONCE),
})

export const pollsDetail: DocumentDecoration = {
  summary: "All polls; drafts and archived ones only for admins",
  tags: ["polls"],
  parameters: [OFFSET_QUERY, ADMIN_QUERY],
  responses: {
    200: jsonAnswer(
      `The polls in the host's order, up to ${POLLS_A_PART} of them at a time; new ones come first.`,
      pollsSchema,
    ),
    ...problemAnswers("request-malformed", "database-away"),
  },
}

export const pollDetail: DocumentDecoration = {
  summary: "One poll",
  tags: ["polls"],
  parameters: [POLL_PARAMETER, ADMIN_QUERY],
  responses: {
    200: jsonAnswer("The poll.", pollViewSchema),
    ...problemAnswers("poll-unknown", "poll-deleted", "database-away"),
  },
}

const ADMIN = { tags: ["admin"], security: [{ adminToken: [] }] }
const BODY = ["request-malformed", "body-too-large", "content-type-unsupported"] as const

/** The problems of every admin route, and these. */
function adminProblems(...kinds: ProblemKind[]) {
  return problemAnswers("token-needed", "too-many-attempts", "cross-site", "database-away", ...kinds)
}

export const makeDetail: DocumentDecoration = {
  ...ADMIN,
  summary: "Makes a poll",
  description:
    "An id that is missing is made: a poll's from its title, an option's from its label, in small Latin letters without accents and with hyphens between words. A poll whose title has none gets an id like poll-k3xw7. An option whose label has none gets a letter by its place (a to z, then o27, o28, …), and one whose id another option has gets a number (c, c-2). A poll has 2 to 50 options; where its ballots decide, one is enough.",
  requestBody: jsonBody(sentPollSchema),
  responses: {
    201: jsonAnswer("The poll that was made.", pollViewSchema),
    ...adminProblems(...BODY, "poll-exists"),
  },
}

export const changeDetail: DocumentDecoration = {
  ...ADMIN,
  summary: "Changes, opens, closes or moves a poll, takes it off its schedule, or makes it the default",
  description:
    "A close (a pause) is answered once every shard has confirmed it, or after half a second: as long as `closing` (or `pausing`) is true, some of them may still take votes, which count, and `closedAt` (or `pausedAt`) is null. Ask `GET /api/polls/:poll` until it is false.",
  parameters: [POLL_PARAMETER],
  requestBody: jsonBody(pollChangeSchema),
  responses: {
    200: jsonAnswer("The poll as it is now.", pollViewSchema),
    ...adminProblems(...BODY, "poll-unknown", "poll-deleted", "poll-fixed"),
  },
}

export const duplicateDetail: DocumentDecoration = {
  ...ADMIN,
  summary: "Makes a draft like another poll",
  parameters: [POLL_PARAMETER],
  requestBody: jsonBody(duplicateSchema),
  responses: {
    201: jsonAnswer("The draft.", pollViewSchema),
    ...adminProblems(...BODY, "poll-unknown", "poll-deleted", "poll-exists"),
  },
}

export const deleteDetail: DocumentDecoration = {
  ...ADMIN,
  summary: "Deletes a poll for good; ?confirm= must repeat its id",
  parameters: [POLL_PARAMETER, { name: "confirm", in: "query", required: true, schema: { type: "string" } }],
  responses: {
    202: jsonAnswer("The poll, which is gone in a moment.", pollViewSchema),
    ...adminProblems("request-malformed", "poll-unknown", "poll-deleted"),
  },
}

const CODES = {
  ...jsonAnswer("", codesAnswerSchema).content,
  ...textAnswer("", "text/csv").content,
}

export const codesDetail: DocumentDecoration = {
  ...ADMIN,
  summary: "Makes one-time codes, as JSON or as CSV with addresses",
  parameters: [POLL_PARAMETER],
  requestBody: jsonBody(codesSchema),
  responses: {
    201: {
      description: "The codes.",
      content: CODES,
    },
    ...adminProblems(...BODY, "poll-unknown", "poll-deleted", "poll-fixed"),
  },
}

export const codesAgainDetail: DocumentDecoration = {
  ...ADMIN,
  summary: "The codes that were made already, as JSON or as CSV with addresses",
  parameters: [
    POLL_PARAMETER,
    ADMIN_QUERY,
    {
      ...{ name: "from", in: "query", description: "The number of the first one, from 1." },
      schema: { type: "integer", minimum: 1, default: 1 },
    },
    {
      ...{ name: "count", in: "query", description: "How many at most." },
      schema: { type: "integer", minimum: 1, maximum: CODES_AT_ONCE, default: CODES_AT_ONCE },
    },
  ],
  responses: {
    200: { description: "The codes.", content: CODES },
    ...adminProblems("request-malformed", "poll-unknown", "poll-deleted", "poll-fixed"),
  },
}

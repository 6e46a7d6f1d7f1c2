/** What the OpenAPI document says of the routes, and the document itself at /openapi.json. */

import { openapi } from "@elysiajs/openapi"
import {
  jsonAnswer,
  jsonBody,
  jsonSchema,
  POLL_PARAMETER,
  problemAnswers,
  RECEIPT_QUERY,
  textAnswer,
} from "@tallyroom/lib/http/openapi"
import {
  eligibilitySchema,
  optionSchema,
  policySchema,
  resultsSchema,
  slugSchema,
} from "@tallyroom/lib/polls/poll"
import type { AnyElysia, DocumentDecoration } from "elysia"
import { z } from "zod"
import { ballotSchema } from "../casting/ballot-request"

const outcomeSchema = z.object({
  status: z.enum(["accepted", "received", "same"]),
  poll: slugSchema,
  option: slugSchema,
  receipt: z.string(),
})

const moment = z.iso.datetime().nullable()

/** What pollView gives. */
const viewSchema = z.object({
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

const pollsSchema = z.object({ default: slugSchema.nullable(), polls: z.array(viewSchema) })

const plainText = {
  description: "A sentence with the receipt, or JSON for who asks for that.",
  content: {
    "text/plain": { schema: { type: "string" as const } },
    "application/json": { schema: jsonSchema(outcomeSchema) },
  },
}

const voteProblems = problemAnswers(
  "poll-unknown",
  "poll-deleted",
  "option-unknown",
  "request-malformed",
  "body-too-large",
  "content-type-unsupported",
  "vote-stands",
  "poll-not-open",
  "poll-closed",
  "poll-paused",
  "poll-changed",
  "code-needed",
  "code-unknown",
  "cross-site",
  "too-many-attempts",
  "inbox-full",
  "inbox-away",
)

export const jsonVoteDetail: DocumentDecoration = {
  summary: "Vote",
  description:
    "A client that keeps no cookies and may have to send again gives its own id, a UUID, in Idempotency-Key.",
  parameters: [
    POLL_PARAMETER,
    { name: "Idempotency-Key", in: "header", schema: { type: "string", format: "uuid" } },
  ],
  requestBody: jsonBody(ballotSchema),
  responses: {
    201: jsonAnswer("Accepted: it will be counted exactly once.", outcomeSchema),
    200: jsonAnswer("The same vote as before, with its receipt.", outcomeSchema),
    ...voteProblems,
  },
}

const text = { type: "string" as const }
const formSchema = {
  type: "object" as const,
  properties: { vote: text, code: text },
  required: ["vote"],
}

/** Of the form's routes; only the one with a poll in its path has the parameter. */
export const formVoteDetail = (named: boolean): DocumentDecoration => ({
  summary: "Vote by a form",
  parameters: named ? [POLL_PARAMETER] : [],
  requestBody: { required: true, content: { "application/x-www-form-urlencoded": { schema: formSchema } } },
  responses: {
    201: plainText,
    200: plainText,
    303: { description: "For who asks for text/html: to the page that says what became of the vote." },
    ...voteProblems,
  },
})

export const pageDetail = (named: boolean): DocumentDecoration => ({
  summary: "The ballot page",
  parameters: named ? [POLL_PARAMETER] : [],
  responses: {
    200: textAnswer("A page.", "text/html"),
    ...problemAnswers("poll-unknown", "poll-deleted", "inbox-away"),
  },
})

export const pollsDetail: DocumentDecoration = {
  summary: "The polls that can be voted on",
  responses: {
    200: jsonAnswer("The open polls, and which one is the default.", pollsSchema),
    ...problemAnswers("inbox-away"),
  },
}

export const pollDetail: DocumentDecoration = {
  summary: "One poll",
  parameters: [POLL_PARAMETER],
  responses: {
    200: jsonAnswer("The poll; of a draft its id and phase alone.", viewSchema),
    ...problemAnswers("poll-unknown", "poll-deleted", "inbox-away"),
  },
}

const nowSchema = z.object({
  number: z.int(),
  revision: z.int(),
  phase: z.enum(["draft", "scheduled", "open", "paused", "closed", "final"]),
  default: slugSchema.nullable(),
})

export const nowDetail: DocumentDecoration = {
  summary: "What may have changed of a poll",
  description: "Short, to be asked for often: with another revision, read the poll again.",
  parameters: [POLL_PARAMETER],
  responses: {
    200: jsonAnswer("The poll's phase and revision, and the id of the default poll.", nowSchema),
    ...problemAnswers("poll-unknown", "poll-deleted", "inbox-away"),
  },
}

const tallySchema = z.object({
  ...nowSchema.shape,
  poll: slugSchema,
  version: z.int(),
  total: z.int(),
  votes: z.record(slugSchema, z.int()),
})

export const tallyDetail: DocumentDecoration = {
  summary: "How the votes stand",
  description: "Results that are shown after voting alone ask for a receipt of the poll.",
  parameters: [POLL_PARAMETER, RECEIPT_QUERY],
  responses: {
    200: jsonAnswer("The tally, a moment old at most; with an ETag.", tallySchema),
    ...problemAnswers("poll-unknown", "poll-deleted", "results-hidden", "inbox-away"),
  },
}

/** The document alone: a page to browse it would load scripts from another host. */
export function openapiDocument(): AnyElysia {
  return openapi({
    provider: null,
    specPath: "/openapi.json",
    documentation: {
      info: { title: "Tallyroom vote", version: "1", description: "Where people vote." },
    },
  })
}

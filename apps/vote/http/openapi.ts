/** What the OpenAPI document says of the routes, and the document itself at /openapi.json. */

import { openapi } from "@elysiajs/openapi"
import { PROBLEMS, type ProblemKind } from "@tallyroom/lib/errors"
import {
  eligibilitySchema,
  optionSchema,
  policySchema,
  resultsSchema,
  SLUG,
  slugSchema,
} from "@tallyroom/lib/polls/poll"
import type { AnyElysia, DocumentDecoration } from "elysia"
import { z } from "zod"
import { ballotSchema } from "../casting/ballot-request"

const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
})

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

type Responses = NonNullable<DocumentDecoration["responses"]>

function json(description: string, schema: z.ZodType): Responses[string] {
  return { description, content: { "application/json": { schema: jsonSchema(schema) } } }
}

const plainText: Responses[string] = {
  description: "A sentence with the receipt, or JSON for who asks for that.",
  content: {
    "text/plain": { schema: { type: "string" } },
    "application/json": { schema: jsonSchema(outcomeSchema) },
  },
}

const html: Responses[string] = {
  description: "A page.",
  content: { "text/html": { schema: { type: "string" } } },
}

/** The answers of these problems, by status; several kinds may share one. */
function problems(...kinds: ProblemKind[]): Responses {
  const responses: Responses = {}
  for (const status of new Set(kinds.map((kind) => PROBLEMS[kind].status))) {
    const same = kinds.filter((kind) => PROBLEMS[kind].status === status)
    const content = { "application/problem+json": { schema: jsonSchema(problemSchema) } }
    responses[status] = {
      description: same.map((kind) => `${kind}: ${PROBLEMS[kind].title}.`).join(" "),
      content,
    }
  }
  return responses
}

function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...plain } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })
  return plain
}

const voteProblems = problems(
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

const pollParameter = {
  name: "poll",
  in: "path",
  required: true,
  schema: { type: "string", pattern: SLUG.source },
} as const

export const jsonVoteDetail: DocumentDecoration = {
  summary: "Vote",
  description:
    "A client that keeps no cookies and may have to send again gives its own id, a UUID, in Idempotency-Key.",
  parameters: [
    pollParameter,
    { name: "Idempotency-Key", in: "header", schema: { type: "string", format: "uuid" } },
  ],
  requestBody: { required: true, content: { "application/json": { schema: jsonSchema(ballotSchema) } } },
  responses: {
    201: json("Accepted: it will be counted exactly once.", outcomeSchema),
    200: json("The same vote as before, with its receipt.", outcomeSchema),
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
  parameters: named ? [pollParameter] : [],
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
  parameters: named ? [pollParameter] : [],
  responses: { 200: html, ...problems("poll-unknown", "poll-deleted", "inbox-away") },
})

export const pollsDetail: DocumentDecoration = {
  summary: "The polls that can be voted on",
  responses: {
    200: json("The open polls, and which one is the default.", pollsSchema),
    ...problems("inbox-away"),
  },
}

export const pollDetail: DocumentDecoration = {
  summary: "One poll",
  parameters: [pollParameter],
  responses: {
    200: json("The poll; of a draft its id and phase alone.", viewSchema),
    ...problems("poll-unknown", "poll-deleted", "inbox-away"),
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
  parameters: [pollParameter],
  responses: {
    200: json("The poll's phase and revision, and the id of the default poll.", nowSchema),
    ...problems("poll-unknown", "poll-deleted", "inbox-away"),
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
  parameters: [pollParameter, { name: "receipt", in: "query", schema: { type: "string" } }],
  responses: {
    200: json("The tally, a moment old at most; with an ETag.", tallySchema),
    ...problems("poll-unknown", "poll-deleted", "results-hidden", "inbox-away"),
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

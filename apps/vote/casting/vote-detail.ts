/** What the OpenAPI document says of voting. */

import type { ProblemKind } from "@tallyroom/lib/errors"
import {
  formBody,
  jsonAnswer,
  jsonBody,
  jsonSchema,
  LANGUAGE_QUERY,
  POLL_PARAMETER,
  problemAnswers,
  problemPages,
} from "@tallyroom/lib/http/openapi"
import { slugSchema } from "@tallyroom/lib/polls/poll"
import type { DocumentDecoration } from "elysia"
import { z } from "zod"
import { ballotSchema } from "./ballot-request"
import { FORM_FIELDS } from "./form-ballot"

const outcomeSchema = z.object({
  status: z.enum(["accepted", "received", "same"]),
  poll: slugSchema,
  /** One of these, as the poll's ballots have it. */
  ...ballotSchema.pick({
    option: true,
    options: true,
    ranking: true,
    ratings: true,
    answers: true,
    abstain: true,
  }).shape,
  receipt: z.string(),
})

const plainText = {
  description: "A sentence with the receipt, or JSON for who asks for that.",
  content: {
    "text/plain": { schema: { type: "string" as const } },
    "application/json": { schema: jsonSchema(outcomeSchema) },
  },
}

const VOTE_PROBLEMS = [
  "poll-unknown",
  "poll-deleted",
  "option-unknown",
  "ballot-invalid",
  "request-malformed",
  "body-too-large",
  "content-type-unsupported",
  "vote-stands",
  "vote-changed",
  "vote-too-soon",
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
] as const satisfies ProblemKind[]

const CASTING_HEADERS = [
  { name: "Idempotency-Key", in: "header", schema: { type: "string", format: "uuid" } },
  {
    name: "Replaces",
    in: "header",
    description:
      "Where votes may be changed: the receipt of the vote that this one is to replace, or none. A newer vote stays (409).",
    schema: { type: "string" },
  },
] as const

export const jsonVoteDetail: DocumentDecoration = {
  summary: "Vote",
  description:
    "A client that keeps no cookies and may have to send again gives its own id, a UUID, in Idempotency-Key.",
  parameters: [POLL_PARAMETER, ...CASTING_HEADERS],
  requestBody: jsonBody(ballotSchema),
  responses: {
    201: jsonAnswer("Accepted: it will be counted exactly once.", outcomeSchema),
    200: jsonAnswer("The same vote as before, with its receipt.", outcomeSchema),
    202: jsonAnswer(
      "Arrived: counting decides whether it stands, as the inbox can't tell yet.",
      outcomeSchema,
    ),
    ...problemAnswers(...VOTE_PROBLEMS),
  },
}

/** Of the form's routes; only the one with a poll in its path has the parameter. */
export const formVoteDetail = (named: boolean): DocumentDecoration => ({
  summary: "Vote by a form",
  parameters: [...(named ? [POLL_PARAMETER] : []), LANGUAGE_QUERY, ...CASTING_HEADERS],
  requestBody: formBody(FORM_FIELDS),
  responses: {
    201: plainText,
    200: plainText,
    303: { description: "For who asks for text/html: to the page that says what became of the vote." },
    202: plainText,
    ...problemPages(...VOTE_PROBLEMS),
  },
})

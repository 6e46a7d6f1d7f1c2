/** What the OpenAPI document says of outcomes and of ballots as a file. */

import {
  IF_NONE_MATCH,
  jsonAnswer,
  POLL_PARAMETER,
  problemAnswers,
  RECEIPT_QUERY,
  textAnswer,
} from "@tallyroom/lib/http/openapi"
import { outcomeSchema } from "@tallyroom/lib/outcome/outcome"
import { slugSchema } from "@tallyroom/lib/polls/poll"
import type { DocumentDecoration } from "elysia"
import { z } from "zod"
import { ADMIN_QUERY, countSchema } from "../http/api-schemas"

const shownOutcomeSchema = z.strictObject({
  poll: slugSchema,
  number: z.int().positive(),
  version: countSchema.meta({
    description: "That of the snapshot whose counts it follows from; it only grows.",
  }),
  final: z.boolean().meta({ description: "Whether it is stored and stands for good." }),
  outcome: outcomeSchema,
})

const PROBLEMS = problemAnswers(
  ...(["request-malformed", "poll-unknown", "poll-deleted", "page-unknown"] as const),
  ...(["results-hidden", "database-away"] as const),
)
const parameters = [POLL_PARAMETER, RECEIPT_QUERY, ADMIN_QUERY, IF_NONE_MATCH]
const unchanged = { 304: { description: "As the client knows it by its If-None-Match." } }

export const outcomeDetail: DocumentDecoration = {
  summary: "What the whole ballots of a poll decide",
  description:
    "Of polls whose ballots rank, or rate and are decided by star, with all rounds, pairs, points or sums. While votes come in it is decided anew at most twice a second, and less often where it takes long; so it may be some votes behind the results.",
  tags: ["results"],
  parameters,
  responses: {
    200: jsonAnswer("The outcome; with an ETag.", shownOutcomeSchema),
    ...unchanged,
    ...PROBLEMS,
  },
}

export const outcomeCsvDetail: DocumentDecoration = {
  summary: "Rounds, pairs, points or sums of a poll for a spreadsheet",
  tags: ["results"],
  parameters,
  responses: {
    200: textAnswer(
      "By irv and stv each option in each round; by condorcet how many ballots prefer each option to each other one; by borda the points; by star the sums and the runoff.",
      "text/csv",
    ),
    ...unchanged,
    ...PROBLEMS,
  },
}

export const ballotsDetail: DocumentDecoration = {
  summary: "The ballots of a final poll as a file of PrefLib",
  description:
    "How many ballots say each order, as strict orders that may be incomplete (SOI), to be counted again by another program. Alternatives are in the order of the options' ids. Abstentions are not in it.",
  tags: ["results"],
  parameters,
  responses: {
    200: textAnswer("A file in the format of preflib.org.", "text/plain"),
    ...unchanged,
    ...PROBLEMS,
  },
}

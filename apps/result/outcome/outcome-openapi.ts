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
import { talliedOutcomeSchema } from "@tallyroom/lib/outcome/tallied"
import { slugSchema } from "@tallyroom/lib/polls/poll"
import type { DocumentDecoration } from "elysia"
import { z } from "zod"
import { ADMIN_QUERY, countSchema } from "../http/api-schemas"

/** What a poll decides, with the version from which it follows. */
export const shownOutcomeSchema = z.strictObject({
  number: z.int().positive(),
  version: countSchema.meta({
    description: "That of the snapshot whose counts it follows from; it only grows.",
  }),
  final: z.boolean().meta({ description: "Whether it is stored and stands for good." }),
  outcome: z.union([outcomeSchema, talliedOutcomeSchema]),
})

const KINDS = [
  ...(["request-malformed", "poll-unknown", "poll-deleted"] as const),
  ...(["results-hidden", "database-away"] as const),
] as const
const PROBLEMS = problemAnswers(...KINDS)
const parameters = [POLL_PARAMETER, RECEIPT_QUERY, ADMIN_QUERY, IF_NONE_MATCH]
const unchanged = { 304: { description: "As the client knows it by its If-None-Match." } }

export const outcomeDetail: DocumentDecoration = {
  summary: "What a poll decides",
  description:
    "Who wins and who is tied, and of rankings all rounds, pairs or points, of ratings their sums and by star the runoff, of motions what carries them. While votes come in rankings, and ratings by star, are decided anew at most twice a second, and less often where it takes long; so they may be some votes behind the results. What a final poll decided is stored, and never decided anew.",
  tags: ["results"],
  parameters,
  responses: {
    200: jsonAnswer("The outcome; with an ETag.", shownOutcomeSchema.extend({ poll: slugSchema })),
    ...unchanged,
    ...PROBLEMS,
  },
}

export const outcomeCsvDetail: DocumentDecoration = {
  summary: "What a poll decides for a spreadsheet",
  tags: ["results"],
  parameters,
  responses: {
    200: textAnswer(
      "By irv and stv each option in each round; by condorcet how many ballots prefer each option to each other one; by borda the points; by star the sums and the runoff; by mean and sum the ratings of each option; by majority its votes and how many were needed; by votes who wins.",
      "text/csv",
    ),
    ...unchanged,
    ...PROBLEMS,
  },
}

export const rankingsDetail = ballotsDetail(
  "How many ballots of a poll that ranks say each order, as strict orders that may be incomplete (SOI).",
)

export const categoriesDetail = ballotsDetail(
  "How many ballots say the same, of a poll whose ballots rate or choose several options, as categories (CAT): a category for each rating, the highest first, or one for what is chosen and one for the rest. What a ballot does not rate is in none. 503 for some moments after a large poll became final, until its ballots are counted.",
)

function ballotsDetail(says: string): DocumentDecoration {
  return {
    summary: "The ballots of a final poll as a file of PrefLib",
    description: `${says} To be counted again by another program. Alternatives are in the order of the options' ids. Abstentions are not in it.`,
    tags: ["results"],
    parameters,
    responses: {
      200: textAnswer("A file in the format of preflib.org.", "text/plain"),
      ...unchanged,
      ...problemAnswers("page-unknown", ...KINDS),
    },
  }
}

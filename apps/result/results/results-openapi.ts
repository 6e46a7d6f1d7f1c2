/** What the OpenAPI document says of the results as JSON and as CSV. */

import {
  afterQuery,
  IF_NONE_MATCH,
  jsonAnswer,
  LANGUAGE_QUERY,
  POLL_PARAMETER,
  problemAnswers,
  problemPages,
  queryOf,
  RECEIPT_QUERY,
  THEME_QUERY,
  textAnswer,
} from "@tallyroom/lib/http/openapi"
import { talliedOutcomeSchema } from "@tallyroom/lib/outcome/tallied"
import { slugSchema } from "@tallyroom/lib/polls/poll"
import type { DocumentDecoration } from "elysia"
import { z } from "zod"
import { ADMIN_QUERY, countedOptionSchema, countSchema, snapshotHeadSchema } from "../http/api-schemas"

/** What `snapshotOf` returns with counts, and the shares of the options and the timeline. */
const tallySchema = snapshotHeadSchema.extend({
  hidden: z.literal(false),
  total: countSchema,
  /** Of the total; missing where no ballot may abstain. */
  abstained: countSchema.optional(),
  /** What the poll decides by this tally, where it has a decision: for good once it is final. */
  outcome: talliedOutcomeSchema.optional(),
  /** Of the ballots that chose an option. Each share is rounded by itself, to 0.001; null while there are no votes. */
  options: z.array(
    countedOptionSchema.extend({
      share: z.number().min(0).max(1).nullable(),
    }),
  ),
  timeline: z.strictObject({
    stepSeconds: z.int().positive(),
    points: z.array(z.tuple([z.int(), z.record(slugSchema, z.int())])),
  }),
})

const AFTER = afterQuery("after", "version")
const PROBLEMS_OF_RESULTS = [
  ...(["request-malformed", "poll-unknown", "poll-deleted"] as const),
  ...(["results-hidden", "database-away", "nothing-so-new"] as const),
] as const

const unchanged = { 304: { description: "As the client knows it by its If-None-Match." } }

export const tallyDetail: DocumentDecoration = {
  summary: "Tally and timeline of a poll",
  tags: ["results"],
  parameters: [POLL_PARAMETER, RECEIPT_QUERY, ADMIN_QUERY, IF_NONE_MATCH, ...AFTER],
  responses: {
    200: jsonAnswer("The votes, and how they came in; with an ETag.", tallySchema),
    ...unchanged,
    ...problemAnswers(...PROBLEMS_OF_RESULTS),
  },
}

export const csvDetail: DocumentDecoration = {
  summary: "Tally of a poll for a spreadsheet",
  tags: ["results"],
  parameters: [POLL_PARAMETER, RECEIPT_QUERY, ADMIN_QUERY, IF_NONE_MATCH, ...AFTER],
  responses: {
    200: textAnswer(
      "One option a line: option, label, votes, share. Shares are from 0 to 1, each rounded by itself to three digits. Where a ballot may choose several options, or none, each line ends with the numbers of all ballots that count and of the abstentions among them; shares are then of those that chose an option. Where ballots rate, mean, sum and the number of each rating follow (rated_0 and so on); where they decide, yes, no, abstaining, the base and how many were needed; and with a decision of the poll's own, the outcome.",
      "text/csv",
    ),
    ...unchanged,
    ...problemAnswers(...PROBLEMS_OF_RESULTS),
  },
}

const PAGE_OF_RESULTS = {
  tags: ["pages"],
  responses: {
    200: textAnswer("A page.", "text/html"),
    ...problemPages("poll-unknown", "poll-deleted", "token-needed", "too-many-attempts", "database-away"),
  },
}
const ORDER_QUERY = queryOf("order", "The order of the options.", ["ballot", "votes"])
const SEEN_BY = [RECEIPT_QUERY, ADMIN_QUERY, LANGUAGE_QUERY, THEME_QUERY]
const canonical = { 308: { description: "To the canonical spelling of the address." } }

export const startPageDetail: DocumentDecoration = {
  ...PAGE_OF_RESULTS,
  summary: "The results of the default poll",
  parameters: [...SEEN_BY, ORDER_QUERY],
}

export const resultsPageDetail: DocumentDecoration = {
  ...PAGE_OF_RESULTS,
  summary: "The results page",
  parameters: [POLL_PARAMETER, ...SEEN_BY, ORDER_QUERY],
  responses: { ...PAGE_OF_RESULTS.responses, ...canonical },
}

export const stageDetail: DocumentDecoration = {
  ...PAGE_OF_RESULTS,
  summary: "The results on a big screen",
  parameters: [POLL_PARAMETER, ...SEEN_BY],
  responses: { ...PAGE_OF_RESULTS.responses, ...canonical },
}

export const embedDetail: DocumentDecoration = {
  ...PAGE_OF_RESULTS,
  summary: "The results for a frame in another site's page",
  parameters: [
    ...[POLL_PARAMETER, RECEIPT_QUERY, LANGUAGE_QUERY, THEME_QUERY, ORDER_QUERY],
    queryOf("view", "`ballot` leads to the ballot, where the site around may show it.", ["ballot"]),
  ],
  responses: {
    ...PAGE_OF_RESULTS.responses,
    ...canonical,
    302: { description: "To the ballot for a frame." },
  },
}

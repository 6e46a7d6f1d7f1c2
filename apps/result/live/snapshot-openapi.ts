/** What the OpenAPI document says of the snapshot over HTTP. */

import {
  IF_NONE_MATCH,
  jsonAnswer,
  POLL_PARAMETER,
  problemAnswers,
  queryOf,
  RECEIPT_QUERY,
} from "@tallyroom/lib/http/openapi"
import { talliedOutcomeSchema } from "@tallyroom/lib/outcome/tallied"
import type { DocumentDecoration } from "elysia"
import { z } from "zod"
import {
  ADMIN_QUERY,
  answeredOptionSchema,
  countedOptionSchema,
  countSchema,
  snapshotHeadSchema,
} from "../http/api-schemas"
import { shownOutcomeSchema } from "../outcome/outcome-openapi"

const snapshotSchema = z.union([
  snapshotHeadSchema.extend({
    hidden: z.literal(false),
    total: countSchema,
    /** Of the total; missing where no ballot may abstain. */
    abstained: countSchema.optional(),
    /** What the poll decided when it became final; missing unless this version would decide otherwise by the counts. */
    decided: talliedOutcomeSchema.optional(),
    /** What whole ballots decide, as far as it is known. */
    outcome: shownOutcomeSchema.optional(),
    options: z.array(countedOptionSchema),
  }),
  snapshotHeadSchema.extend({ hidden: z.literal(true), options: z.array(answeredOptionSchema) }),
])

export const snapshotDetail: DocumentDecoration = {
  summary: "The snapshot that viewers get over a WebSocket",
  description:
    "For a page that can't have a WebSocket: what `/live` sends at first, without counts where they are hidden. Ask once in two seconds, and show nothing whose version is lower than what is shown.",
  tags: ["results"],
  parameters: [
    ...[POLL_PARAMETER, RECEIPT_QUERY, ADMIN_QUERY, IF_NONE_MATCH],
    queryOf("view", "For an admin: what the public sees.", ["public"]),
  ],
  responses: {
    200: jsonAnswer("The snapshot; with an ETag.", snapshotSchema),
    304: { description: "As the client knows it by its If-None-Match." },
    ...problemAnswers("request-malformed", "poll-unknown", "poll-deleted", "database-away"),
  },
}

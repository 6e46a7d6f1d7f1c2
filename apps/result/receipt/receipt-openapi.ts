/** What the OpenAPI document says of receipts. */

import { jsonAnswer, POLL_PARAMETER, problemAnswers } from "@tallyroom/lib/http/openapi"
import { slugSchema } from "@tallyroom/lib/polls/poll"
import type { DocumentDecoration } from "elysia"
import { z } from "zod"
import { momentSchema } from "../http/api-schemas"
import { BALLOT_FATES } from "./receipt-status"

const receiptStatusSchema = z.strictObject({
  poll: slugSchema,
  status: z.enum(BALLOT_FATES),
  since: momentSchema.optional(),
})

export const receiptDetail: DocumentDecoration = {
  summary: "What became of the ballot of a receipt; never its option",
  tags: ["results"],
  parameters: [POLL_PARAMETER, { name: "receipt", in: "path", required: true, schema: { type: "string" } }],
  responses: {
    200: jsonAnswer("What became of it, and since when if that is known.", receiptStatusSchema),
    ...problemAnswers("poll-unknown", "poll-deleted", "receipt-unknown", "database-away"),
  },
}

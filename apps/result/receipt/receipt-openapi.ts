/** What the OpenAPI document says of receipts. */

import {
  formBody,
  jsonAnswer,
  LANGUAGE_QUERY,
  POLL_PARAMETER,
  problemAnswers,
  problemPages,
  THEME_QUERY,
  textAnswer,
} from "@tallyroom/lib/http/openapi"
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

const RECEIPT_PARAMETER = { name: "receipt", in: "path", required: true, schema: { type: "string" } } as const

export const receiptDetail: DocumentDecoration = {
  summary: "What became of the ballot of a receipt; never its option",
  tags: ["results"],
  parameters: [POLL_PARAMETER, RECEIPT_PARAMETER],
  responses: {
    200: jsonAnswer("What became of it, and since when if that is known.", receiptStatusSchema),
    ...problemAnswers("poll-unknown", "poll-deleted", "receipt-unknown", "database-away"),
  },
}

const PAGE = { tags: ["pages"] }
const page = { 200: textAnswer("A page.", "text/html") }

export const receiptPageDetail: DocumentDecoration = {
  ...PAGE,
  summary: "What became of the ballot of a receipt, as a page",
  parameters: [POLL_PARAMETER, RECEIPT_PARAMETER, LANGUAGE_QUERY, THEME_QUERY],
  responses: {
    ...page,
    308: { description: "To the canonical spelling of the address." },
    ...problemPages("poll-unknown", "poll-deleted", "receipt-unknown", "database-away"),
  },
}

export const entryPageDetail: DocumentDecoration = {
  ...PAGE,
  summary: "Where a receipt is entered",
  parameters: [LANGUAGE_QUERY, THEME_QUERY],
  responses: page,
}

/** The field of the form, with the most characters that it may have. */
export const ENTRY_FIELDS = { receipt: 1_000 }

export const entryDetail: DocumentDecoration = {
  ...PAGE,
  summary: "Finds the poll of a receipt",
  parameters: [LANGUAGE_QUERY, THEME_QUERY],
  requestBody: formBody(ENTRY_FIELDS),
  responses: {
    303: { description: "To the page of the receipt." },
    404: textAnswer("The form again: no poll has such a receipt.", "text/html"),
    ...problemPages("request-malformed", "body-too-large", "content-type-unsupported"),
    ...problemPages("too-many-attempts", "database-away"),
  },
}

/** What became of a ballot, as its receipt tells: a page, and the same over the API. */

import type { Database } from "@tallyroom/lib/database"
import { apiHeaders } from "@tallyroom/lib/http/headers"
import { ANYBODY } from "@tallyroom/lib/polls/audience"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import { Elysia } from "elysia"
import { requirePoll } from "../access/audience"
import type { SharedReads } from "../database/shared-reads"
import { answerPage } from "../http/answer"
import { PRIVATE } from "../http/cache-control"
import { canonicalAddress } from "../http/canonical-address"
import { type Site, visitOf } from "../http/site"
import { receiptDetail, receiptPageDetail } from "./receipt-openapi"
import { receiptPage } from "./receipt-page"
import { receiptStatus } from "./receipt-status"

export type ReceiptOptions = { sql: Database; tallies: SharedReads<Tally>; site: Site }

export function receiptRoutes({ sql, tallies, site }: ReceiptOptions) {
  const find = async (id: string, receipt: string) => {
    const { poll } = requirePoll(id, await tallies.read(id), ANYBODY)
    return { poll, status: await receiptStatus(sql, poll, receipt) }
  }
  return new Elysia({ name: "receipts" })
    .get(
      "/polls/:poll/receipts/:receipt",
      async ({ request, params }) => {
        const { poll, status } = await find(params.poll, params.receipt)
        const html = receiptPage(visitOf(site, request), poll, params.receipt, status)
        return answerPage(site, request, html, { cache: PRIVATE })
      },
      { ...canonicalAddress, detail: receiptPageDetail },
    )
    .get(
      "/api/polls/:poll/receipts/:receipt",
      async ({ params }) => {
        const { status } = await find(params.poll, params.receipt)
        return Response.json(status, { headers: { ...apiHeaders, "cache-control": PRIVATE } })
      },
      { detail: receiptDetail },
    )
}

/** /receipts: where somebody enters a receipt. It leads to the page of the ballot. */

import type { Database } from "@tallyroom/lib/database"
import { clientAddress, networkOf, type TrustedProxies } from "@tallyroom/lib/http/address"
import { Attempts } from "@tallyroom/lib/http/attempts"
import { leadOn } from "@tallyroom/lib/http/page-address"
import { Elysia } from "elysia"
import { answerPage } from "../http/answer"
import { PRIVATE } from "../http/cache-control"
import { readKeptForm } from "../http/sent-form"
import { type Site, visitOf } from "../http/site"
import { receiptEntryPage } from "./receipt-entry-page"
import { receiptFinder, receiptIn } from "./receipt-finder"
import { ENTRY_FIELDS, entryDetail, entryPageDetail } from "./receipt-openapi"

/** Nobody guesses 96 bits. The limit only keeps a guesser from costing much, and lets many people behind one address mistype. */
const ATTEMPTS = { burst: 60, refillMs: 1_000 }
const FORM_LIMIT = 4 * 1_024
const NOT_FOUND = 404

export type ReceiptEntryOptions = { sql: Database; site: Site; trusted: TrustedProxies }

export function receiptEntryRoutes({ sql, site, trusted }: ReceiptEntryOptions) {
  const finder = receiptFinder(sql)
  const attempts = new Attempts(ATTEMPTS)
  /** A receipt of no known poll counts as a guess before Postgres is asked, so that many guesses at once are slowed down too. */
  const pollOf = (receipt: string, network: string) => {
    const known = finder.known(receipt)
    if (known !== null) return known
    attempts.check(network)
    attempts.failed(network)
    return finder.anew(receipt)
  }
  return new Elysia({ name: "receipt-entry" })
    .get(
      "/receipts",
      ({ request }) =>
        answerPage(site, request, receiptEntryPage(visitOf(site, request), null), {
          cache: PRIVATE,
        }),
      { detail: entryPageDetail },
    )
    .post(
      "/receipts",
      async ({ request, server }) => {
        const peer = server?.requestIP(request)?.address ?? null
        const network = networkOf(clientAddress(peer, request.headers.get("x-forwarded-for"), trusted))
        const { receipt: pasted = "" } = await readKeptForm(request, FORM_LIMIT, ENTRY_FIELDS)
        const receipt = receiptIn(pasted)
        const poll = receipt === null ? null : await pollOf(receipt, network)
        if (poll !== null) return leadOn(`/polls/${poll}/receipts/${receipt}`, 303)
        const page = receiptEntryPage(visitOf(site, request), pasted)
        return answerPage(site, request, page, { cache: PRIVATE, status: NOT_FOUND })
      },
      { parse: "none", detail: entryDetail },
    )
}

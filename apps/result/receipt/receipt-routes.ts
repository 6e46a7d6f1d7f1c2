/** /receipts: where a receipt that somebody copied is entered. It leads to the page of its ballot. */

import type { Database } from "@tallyroom/lib/database"
import { clientAddress, networkOf, type TrustedProxies } from "@tallyroom/lib/http/address"
import { Attempts } from "@tallyroom/lib/http/attempts"
import { readForm } from "@tallyroom/lib/http/body"
import { leadOn } from "@tallyroom/lib/http/page-address"
import { Elysia } from "elysia"
import { answerPage } from "../http/answer"
import { type Site, visitOf } from "../http/site"
import { receiptEntryPage } from "./receipt-entry-page"
import { receiptFinder, receiptIn } from "./receipt-finder"

/** Nobody guesses 96 bits: this only keeps a guesser from costing much, and a hall behind one address may mistype. */
const ATTEMPTS = { burst: 60, refillMs: 1_000 }
const FORM_LIMIT = 4 * 1_024
const MOST_CHARACTERS = 1_000
const NOT_FOUND = 404

export function receiptRoutes({
  sql,
  site,
  trusted,
}: {
  sql: Database
  site: Site
  trusted: TrustedProxies
}) {
  const finder = receiptFinder(sql)
  const attempts = new Attempts(ATTEMPTS)
  /** What is not known at once counts as a guess before it is looked up, so that many at once are slowed down, too. */
  const pollOf = (receipt: string, network: string) => {
    const known = finder.known(receipt)
    if (known !== null) return known
    attempts.check(network)
    attempts.failed(network)
    return finder.anew(receipt)
  }
  return new Elysia({ name: "receipts", detail: { hide: true } })
    .get("/receipts", ({ request }) =>
      answerPage(site, request, receiptEntryPage(visitOf(site, request), null), {
        cache: "private, no-store",
      }),
    )
    .post(
      "/receipts",
      async ({ request, server }) => {
        const peer = server?.requestIP(request)?.address ?? null
        const network = networkOf(clientAddress(peer, request.headers.get("x-forwarded-for"), trusted))
        const { receipt: pasted = "" } = await readForm(request, FORM_LIMIT, { receipt: MOST_CHARACTERS })
        const receipt = receiptIn(pasted)
        const poll = receipt === null ? null : await pollOf(receipt, network)
        if (poll !== null) return leadOn(`/polls/${poll}/receipts/${receipt}`, 303)
        const page = receiptEntryPage(visitOf(site, request), pasted)
        return answerPage(site, request, page, { cache: "private, no-store", status: NOT_FOUND })
      },
      { parse: "none" },
    )
}

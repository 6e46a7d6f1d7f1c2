/** What became of one ballot. */

import type { Poll } from "@tallyroom/lib/polls"
import type { ReceiptStatus } from "../receipt-status"
import { renderPage, type Site } from "./layout"

const SENTENCES: Record<ReceiptStatus["status"], string> = {
  pending: "Your ballot was accepted and waits to be counted. That takes seconds: look again.",
  counted: "Your ballot is counted.",
  replaced: "Your ballot was counted, and a later one of yours has replaced it.",
  late: "Your ballot was not counted: an earlier one of yours stands, or the poll was final already.",
  "set-aside": "Your ballot could not be counted and was set aside. Tell whoever runs the poll.",
  lost: "Your ballot was lost before it was counted. Tell whoever runs the poll, and vote again if it is open.",
}

export function receiptPage(
  site: Site,
  poll: Poll,
  receipt: string,
  { status, since }: ReceiptStatus,
): string {
  return renderPage({
    site,
    title: "Your ballot",
    children: (
      <>
        <h1>Your ballot</h1>
        <p>
          In the poll <a href={`/polls/${poll.id}?receipt=${receipt}`}>{poll.title}</a>:
        </p>
        <p class="status">{SENTENCES[status]}</p>
        {since && (
          <p>
            Since <time dateTime={since}>{new Date(since).toUTCString()}</time>.
          </p>
        )}
        <p class="note">Nobody learns from a receipt what was voted for.</p>
      </>
    ),
  })
}

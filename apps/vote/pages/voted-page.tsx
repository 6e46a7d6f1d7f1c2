/** What a voter sees after voting: what stands, and the receipt. */

import type { Poll } from "@tallyroom/lib/polls"
import type { Outcome } from "../cast"
import { renderPage, type Site } from "./layout"

const HEADINGS = {
  accepted: "Your vote is in",
  same: "Your vote is in already",
  stands: "You have voted already",
} as const satisfies Record<Outcome["status"], string>

export function votedPage(site: Site, poll: Poll, outcome: Outcome): string {
  const chosen = poll.options.find((option) => option.id === outcome.option)
  const receipts = `${site.resultUrl}/polls/${poll.id}/receipts`
  return renderPage({
    site,
    title: HEADINGS[outcome.status],
    results: `/polls/${poll.id}`,
    children: (
      <>
        <h1>{HEADINGS[outcome.status]}</h1>
        <p>{poll.title}</p>
        <p>
          {outcome.status === "stands" ? "Your first vote stands: " : "You voted for "}
          <strong>{chosen?.label ?? outcome.option}</strong>
          {outcome.status === "stands" ? ". In this poll a vote can't be changed." : "."}
        </p>
        <p>
          Your receipt: <code>{outcome.receipt}</code>
        </p>
        <p>
          <a href={`${receipts}/${outcome.receipt}`}>Check that it is counted</a>
          {poll.policy === "changeable" && (
            <>
              {" · "}
              <a href={`/polls/${poll.id}`}>Change your vote</a>
            </>
          )}
        </p>
      </>
    ),
  })
}

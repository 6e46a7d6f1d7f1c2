/** The link to the ballot, which is the first thing on a phone. */

import type { Snapshot } from "../tally/snapshot"
import type { ResultsData, ResultsText } from "./results-data"

type Props = { data: ResultsData; phase: Snapshot["phase"]; text: ResultsText }

/** There is no link once nobody can vote any more. In a frame of another site the link opens a new page. */
export function ToBallot({ data: { addresses, embedded, hasVoted }, phase, text }: Props) {
  if (phase !== "open" && phase !== "scheduled" && phase !== "paused") return null
  const invites = phase === "open" && !hasVoted
  return (
    <p class="to-ballot">
      <a
        class={invites ? "button primary" : "button"}
        href={addresses.ballot}
        {...(embedded && { target: "_blank", rel: "noopener" })}
      >
        {text.t(invites ? "vote" : "toBallot")}
      </a>
    </p>
  )
}

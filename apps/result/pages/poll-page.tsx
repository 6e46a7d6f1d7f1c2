/** The tally of a poll: right as it is served, and alive where scripts run. */

import type { Snapshot, SnapshotOption } from "../snapshot"
import { renderPage, type Site } from "./layout"
import { countText, phaseText, shareText, shareWidth, totalText } from "./wording"

/** How often a page without scripts asks again. */
const REFRESH_SECONDS = 5

/** @param receipt what unlocks the counts of an after-vote poll, and stays in the page's address */
export function pollPage(site: Site, snapshot: Snapshot, ballot: string, receipt: string | null): string {
  const query = new URLSearchParams({ poll: snapshot.poll, ...(receipt && { receipt }) })
  return renderPage({
    site,
    title: snapshot.title,
    ballot,
    head: (
      <>
        <script type="module" src={site.asset("result.js")} />
        <noscript>
          <meta http-equiv="refresh" content={String(REFRESH_SECONDS)} />
        </noscript>
      </>
    ),
    children: (
      <div id="tally" data-live={`/live?${query}`} data-version={String(snapshot.version)}>
        <h1 id="title">{snapshot.title}</h1>
        <p id="phase">{phaseText(snapshot)}</p>
        <ol class="options">
          {snapshot.options.map((option) => (
            <OptionRow key={option.id} option={option} total={snapshot.total} />
          ))}
        </ol>
        <p id="total">{totalText(snapshot)}</p>
        <p id="connection" class="note" role="status" />
      </div>
    ),
  })
}

function OptionRow({ option, total }: { option: SnapshotOption; total: number | undefined }) {
  const { id, label, emoji, colour, image, votes } = option
  return (
    <li data-option={id}>
      <span class="label">
        {image && <img src={image} alt="" />}
        {emoji && <span aria-hidden="true">{emoji} </span>}
        <span data-part="label">{label}</span>
      </span>
      <span class="numbers">
        <strong data-part="votes">{countText(votes)}</strong>{" "}
        <span data-part="share">{shareText(votes, total)}</span>
      </span>
      <svg class="bar" aria-hidden="true">
        <rect
          data-part="bar"
          width={shareWidth(votes, total)}
          height="100%"
          fill={colour ?? "currentColor"}
        />
      </svg>
    </li>
  )
}

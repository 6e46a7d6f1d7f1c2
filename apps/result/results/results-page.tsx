/** The results page, and the smaller page for frames. Both are right as they are served, and live where scripts run. */

import { isOver } from "@tallyroom/lib/polls/visibility"
import { isolated } from "@tallyroom/lib/ui/direction"
import { translator } from "@tallyroom/lib/ui/i18n"
import { renderPage } from "@tallyroom/lib/ui/page"
import { type PageVisit, pathOf } from "../http/site"
import type { RankingData } from "../outcome/outcome-messages"
import type { ShownTally } from "../tally/shown-tally"
import { ResultsApp } from "./results-app"
import type { ResultsData, ResultsText } from "./results-data"
import { resultsMessages } from "./results-messages"
import { SharePanel } from "./share-panel"

/** @param ranking null where the tally alone decides the poll */
export function resultsPage(visit: PageVisit, shown: ShownTally, ranking: RankingData | null): string {
  const text = translator(visit.language, resultsMessages[visit.language])
  const data = resultsData(visit, shown, ranking, false)
  return renderPage({
    ...frame(visit, shown, text),
    bodyClass: isOver(shown.snapshot.phase) ? "wide over" : "wide",
    alternates: pathOf(visit),
    data,
    children: (
      <div class="results-layout">
        <div>
          <div id="tally">
            <ResultsApp {...data} />
          </div>
        </div>
        <SharePanel
          {...{ text, data }}
          resultsAddress={new URL(`/polls/${shown.snapshot.poll}`, visit.url).href}
        />
      </div>
    ),
  })
}

/** @param noBallot whether the site around asked for the ballot, which it may not show: then the page says so */
export function embeddedResultsPage(
  visit: PageVisit,
  shown: ShownTally,
  ranking: RankingData | null,
  noBallot = false,
): string {
  const text = translator(visit.language, resultsMessages[visit.language])
  const data = resultsData(visit, shown, ranking, true)
  return renderPage({
    ...frame(visit, shown, text),
    ...{ bare: true, bodyClass: "embedded", theme: visit.theme, data },
    children: (
      <>
        {noBallot && <p class="notice">{text.t("ballotNotHere")}</p>}
        <div id="tally">
          <ResultsApp {...data} />
        </div>
        <p class="credit">
          <a class="credit-link" href={`/polls/${shown.snapshot.poll}`} target="_blank" rel="noopener">
            Tallyroom
          </a>
        </p>
      </>
    ),
  })
}

function frame({ site, language }: PageVisit, { snapshot }: ShownTally, { t }: ResultsText) {
  return {
    language,
    title: `${isolated(snapshot.title)} – ${t("results")}`,
    stylesheet: site.asset("results.css"),
    script: site.asset("results.js"),
  }
}

function resultsData(
  visit: PageVisit,
  shown: ShownTally,
  ranking: RankingData | null,
  embedded: boolean,
): ResultsData {
  const { language, site, url, voteAt } = visit
  const { snapshot, now, ballot, receipt } = shown
  const { poll } = snapshot
  const unlock = receipt === null ? "" : `receipt=${receipt}`
  const results = `/api/polls/${poll}/results`
  const query = unlock && `?${unlock}`
  return {
    ...{ language, messages: resultsMessages[language], snapshot, ranking, now, embedded },
    hasVoted: receipt !== null,
    order: url.searchParams.get("order") === "votes" ? "votes" : "ballot",
    addresses: {
      page: pathOf(visit),
      live: `/live?poll=${poll}${unlock && `&${unlock}`}`,
      json: `${results}${query}`,
      csv: `${results}.csv${query}`,
      unlock: query,
      chart: site.asset("chart.js"),
      ballot: voteAt(ballot),
      stage: `/polls/${poll}/stage`,
    },
  }
}

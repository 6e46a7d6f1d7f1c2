/** The page for a big screen. */

import { isolated } from "@tallyroom/lib/ui/direction"
import { translator } from "@tallyroom/lib/ui/i18n"
import { renderPage } from "@tallyroom/lib/ui/page"
import { qrSvg } from "../http/qr"
import type { PageVisit } from "../http/site"
import { unreachableHost, withoutScheme } from "../http/vote-address"
import type { RankingData } from "../outcome/outcome-messages"
import type { ShownTally } from "../tally/shown-tally"
import { StageApp } from "./stage-app"
import type { StageData } from "./stage-data"
import { stageMessages } from "./stage-messages"

/** @param ranking null where the tally alone decides the poll */
export function stagePage(visit: PageVisit, shown: ShownTally, ranking: RankingData | null): string {
  const { snapshot, now, ballot, receipt } = shown
  const { language, site, url, voteAt } = visit
  const messages = stageMessages[language]
  const { t } = translator(language, messages)
  const address = voteAt(ballot)
  const title = `${isolated(snapshot.title)} – ${t("stage")}`
  const query = new URLSearchParams({ poll: snapshot.poll, view: "public", ...(receipt && { receipt }) })
  const data: StageData = {
    ...{ language, messages, snapshot, ranking, now, title },
    page: `${url.pathname}${url.search}`,
    live: `/live?${query}`,
    link: withoutScheme(address),
    unreachable: unreachableHost(address),
    qr: qrSvg(address, { label: t("qr") }),
  }
  return renderPage({
    ...{ language, title, data },
    ...{ bare: true, bodyClass: "on-stage", theme: visit.theme ?? "dark" },
    stylesheet: site.asset("stage.css"),
    script: site.asset("stage.js"),
    children: <StageApp {...data} />,
  })
}

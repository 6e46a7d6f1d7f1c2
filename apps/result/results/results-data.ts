/** The data from which the script of a results page renders the page again. */

import type { Translator } from "@tallyroom/lib/ui/i18n"
import type { Language } from "@tallyroom/lib/ui/language"
import type { RankingData } from "../outcome/outcome-messages"
import type { Snapshot } from "../tally/snapshot"
import type { Order } from "../tally/tally-view"
import type { ResultsKey, ResultsMessages } from "./results-messages"

export type ResultsData = {
  language: Language
  messages: ResultsMessages
  snapshot: Snapshot
  /** Null where the poll ranks nothing. */
  ranking: RankingData | null
  /** The server's time (ms) as of the snapshot. */
  now: number
  order: Order
  /** Whether the page is in a frame of another site, where only the essentials are shown. */
  embedded: boolean
  /** Whether a receipt shows that the reader has voted. */
  hasVoted: boolean
  addresses: {
    /** The address of this page. */
    page: string
    /** The WebSocket's path and query. */
    live: string
    json: string
    csv: string
    /** The query that unlocks what is shown to those who have voted; else empty. */
    unlock: string
    /** The script that draws the chart, loaded when it comes into view. */
    chart: string
    ballot: string
    stage: string
  }
}

export type ResultsText = Translator<ResultsKey>

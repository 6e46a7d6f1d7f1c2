/** The data from which the script of the big screen renders the page again. */

import type { Translator } from "@tallyroom/lib/ui/i18n"
import type { Language } from "@tallyroom/lib/ui/language"
import type { RankingData } from "../outcome/outcome-messages"
import type { Snapshot } from "../tally/snapshot"
import type { StageKey, StageMessages } from "./stage-messages"

export type StageData = {
  language: Language
  messages: StageMessages
  snapshot: Snapshot
  /** Null where the poll ranks nothing. */
  ranking: RankingData | null
  /** The server's time (ms) as of the snapshot. */
  now: number
  title: string
  /** The address of this page. */
  page: string
  /** The WebSocket's path and query. */
  live: string
  /** The ballot's address as people type it. */
  link: string
  /** The host in that address if it names this machine alone, so that no phone can reach it; else null. */
  unreachable: string | null
  /** The ballot's QR code as SVG markup. */
  qr: string
}

export type StageText = Translator<StageKey>

/**
 * The messages of the page's language, at hand in every component. A page has one language and is rendered in one go, on the server as
 * in the browser, so that there is one text at a time: a context would make each first visit heavier by 250 bytes.
 */

import { type Translator, translator } from "@tallyroom/lib/ui/i18n"
import type { BallotData, BallotKey } from "./ballot-data"

let text: Translator<BallotKey> | null = null

/** To be called by the component around all others, whenever it is rendered. */
export function provideBallotText({ language, messages }: BallotData): void {
  text = translator(language, messages)
}

/** @throws {Error} outside of a page */
export function useBallotText(): Translator<BallotKey> {
  if (!text) throw new Error("Render it inside of a page.")
  return text
}

/** The messages of the page's language, at hand in every component. */

import { type Translator, translator } from "@tallyroom/lib/ui/i18n"
import { createContext } from "preact"
import { useContext } from "preact/hooks"
import type { BallotData, BallotKey } from "./ballot-data"

export type BallotText = Translator<BallotKey>

export const BallotTextContext = createContext<BallotText | null>(null)

export function ballotTextOf({ language, messages }: BallotData): BallotText {
  return translator(language, messages)
}

/** @throws {Error} outside of a page */
export function useBallotText(): BallotText {
  const text = useContext(BallotTextContext)
  if (!text) throw new Error("Render it inside of a page.")
  return text
}

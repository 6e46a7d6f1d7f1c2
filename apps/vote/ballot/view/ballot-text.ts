/** The words of the page's language, at hand in every component. */

import { type Translator, translator } from "@tallyroom/lib/ui/i18n"
import { createContext } from "preact"
import { useContext } from "preact/hooks"
import type { BallotData, BallotKey } from "./ballot-data"

export type Words = Translator<BallotKey>

const Context = createContext<Words | null>(null)

export const WordsProvider = Context.Provider

export function wordsOf({ language, messages }: BallotData): Words {
  return translator(language, messages)
}

/** @throws {Error} outside of a page */
export function useWords(): Words {
  const words = useContext(Context)
  if (!words) throw new Error("Render it inside of WordsProvider.")
  return words
}

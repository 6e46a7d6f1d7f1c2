/** The control room's words for every component below, in the reader's language. */

import type { Translator } from "@tallyroom/lib/ui/i18n"
import { createContext } from "preact"
import { useContext, useEffect, useState } from "preact/hooks"
import type { AdminKey } from "./admin-messages"

export type Words = Translator<AdminKey>

export const WordsContext = createContext<Words | null>(null)

export function useWords(): Words {
  const words = useContext(WordsContext)
  if (!words) throw new Error("There are no words here: wrap the page in AdminApp.")
  return words
}

/** Whether scripts run: false on the server and for the first picture, which must be the server's. */
export function useLive(): boolean {
  const [live, setLive] = useState(false)
  useEffect(() => setLive(true), [])
  return live
}

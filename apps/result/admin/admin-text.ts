/** The control room's messages in the reader's language, at hand in every component. */

import type { Translator } from "@tallyroom/lib/ui/i18n"
import { createContext } from "preact"
import { useContext } from "preact/hooks"
import type { AdminKey } from "./admin-messages"

export type AdminText = Translator<AdminKey>

export const AdminTextContext = createContext<AdminText | null>(null)

/** @throws {Error} outside of AdminApp */
export function useAdminText(): AdminText {
  const text = useContext(AdminTextContext)
  if (!text) throw new Error("Render the page inside of AdminApp.")
  return text
}

/** Makes the control room live. */

import { hydrateApp, pageData } from "@tallyroom/lib/ui/hydrate"
import { AdminApp, type AdminData } from "../admin-app"
import { keepTyped } from "./keep-typed"

const data = pageData<AdminData | null>()
if (data) keepTyped(() => hydrateApp(<AdminApp {...data} />, "#app"))

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-print]")) {
  button.hidden = typeof print !== "function"
  button.onclick = () => print()
}

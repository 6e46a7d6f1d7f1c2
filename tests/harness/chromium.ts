/** A real Chromium. */

import { type Browser, chromium } from "playwright-core"
import { ensureTool } from "../../scripts/tools"

/** No sandbox, as root has none; no traffic of the browser's own. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
]

export async function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: await ensureTool("chromium"), args: FLAGS })
}

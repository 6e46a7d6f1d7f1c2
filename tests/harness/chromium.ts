/** A real Chromium. */

import { type Browser, chromium } from "playwright-core"
import { ensureTool, findTool } from "../../scripts/services/tools/tools"

/** No sandbox, as root has none; no traffic of the browser's own. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
]

export type Wanted = {
  /** With all that a person's browser has around a page, such as its rules on other sites' cookies. */
  whole?: boolean
}

/** The shell draws and runs pages as the whole browser does, for less than half the work; `bun run check` brings it. */
export async function launchChromium({ whole = false }: Wanted = {}): Promise<Browser> {
  const shell = whole || process.env.CHROMIUM_PATH ? undefined : findTool("chromium-headless-shell")
  return chromium.launch({ executablePath: shell ?? (await ensureTool("chromium")), args: FLAGS })
}

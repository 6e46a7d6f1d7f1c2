/** The command line of `bun run screenshots`. */

import { parseArgs } from "node:util"
import { Trouble } from "../../services/trouble"

export const HELP = `Usage: bun run screenshots [--only PREFIX]

Starts a Tallyroom of its own with a made-up event, and writes every page in every state to docs/screenshots/,
as <page>-<state>-<phone|desktop>-<light|dark>.png. A running demo is left alone.

  --only PREFIX   only the pictures whose names begin so, such as "results" or "ballot-open"
  --help          show this

Environment:
  CHROMIUM_PATH   the browser to use, if not the one that is found`

/** @throws {Trouble} naming the word that is wrong */
export function readArguments(words: string[]): { help: boolean; only: string } {
  try {
    const { values } = parseArgs({
      args: words,
      options: {
        help: { type: "boolean", short: "h", default: false },
        only: { type: "string", default: "" },
      },
    })
    return values
  } catch (cause) {
    throw new Trouble(`${(cause as Error).message.replace(/\.?$/, ".")} Use --help to see what there is.`, {
      cause,
    })
  }
}

/** The command line of `bun run lighthouse`. */

import { parseArgs } from "node:util"
import { Trouble } from "../../services/trouble"

export const HELP = `Usage: bun run lighthouse [--runs N]

Starts a Tallyroom of its own and lets Lighthouse judge the ballot and the results, as a phone and as a desk see them.
Prints the median of each score and what costs points; exits with 1 when one is below 95.

  --runs N   runs of each page (3)
  --help     show this

Environment:
  CHROMIUM_PATH   the browser to use, if not the one that is found`

const MOST_RUNS = 25

/** @throws {Trouble} naming the word that is wrong */
export function readArguments(words: string[]): { help: boolean; runs: number } {
  const { help, runs } = parse(words)
  const count = Number(runs)
  if (Number.isInteger(count) && count >= 1 && count <= MOST_RUNS) return { help, runs: count }
  throw new Trouble(`--runs takes a number from 1 to ${MOST_RUNS}, not ${JSON.stringify(runs)}.`)
}

function parse(words: string[]) {
  try {
    return parseArgs({
      args: words,
      options: {
        help: { type: "boolean", short: "h", default: false },
        runs: { type: "string", default: "3" },
      },
    }).values
  } catch (cause) {
    throw new Trouble(`${(cause as Error).message.replace(/\.?$/, ".")} Use --help to see what there is.`, {
      cause,
    })
  }
}

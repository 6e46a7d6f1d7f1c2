/** The command line of `bun run bench`. */

import { parseArgs } from "node:util"
import { Trouble } from "../services/trouble"
import { BENCHMARKS, type BenchmarkName } from "./plan"

export const HELP = `Usage: bun run bench [--quick] [--rounds N] [--only NAME]… [--strict] [--json FILE]

Measures Tallyroom on this machine, with a Redis, a Postgres and apps of its own, and prints each figure as the median
over all rounds with its spread. docs/benchmarks.md says what each line means.

  --quick       short rounds, for a look at whether it all runs (about a minute)
  --rounds N    rounds of each benchmark (5; 1 with --quick)
  --only NAME   ${BENCHMARKS.join(", ")}; may be given several times
  --strict      exit with 1 when a bound is missed
  --json FILE   write all figures of all rounds to a file, too`

export type Arguments = {
  help: boolean
  quick: boolean
  strict: boolean
  rounds: number | undefined
  only: readonly BenchmarkName[]
  json: string | undefined
}

/** @throws {Trouble} naming the word that is wrong */
export function readArguments(words: string[]): Arguments {
  const { values } = parse(words)
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds >= 1 && rounds <= 100)) {
    throw new Trouble(`--rounds takes a number from 1 to 100, not ${JSON.stringify(values.rounds)}.`)
  }
  return { ...values, json: values.json, rounds, only: (values.only ?? []).map(benchmark) }
}

function parse(words: string[]) {
  try {
    return parseArgs({
      args: words,
      options: {
        help: { type: "boolean", short: "h", default: false },
        quick: { type: "boolean", default: false },
        strict: { type: "boolean", default: false },
        rounds: { type: "string" },
        only: { type: "string", multiple: true },
        json: { type: "string" },
      },
    })
  } catch (cause) {
    throw new Trouble(`${(cause as Error).message.replace(/\.?$/, ".")} Use --help to see what there is.`, {
      cause,
    })
  }
}

function benchmark(name: string): BenchmarkName {
  const found = BENCHMARKS.find((it) => it === name)
  if (found) return found
  throw new Trouble(`--only takes ${BENCHMARKS.join(", ")}, not ${JSON.stringify(name)}.`)
}

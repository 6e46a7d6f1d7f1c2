/** The command line of `bun run bench`. */

import { readCommandLine } from "../../services/terminal/command-line"
import {
  type CommandOption,
  flag,
  oneOf,
  orElse,
  refused,
  several,
  text,
  wholeNumber,
} from "../../services/terminal/options"
import { MACHINE_NAME } from "../saved/saved-file"
import { BENCHMARKS, type BenchmarkName } from "./plan"

const USAGE = `Usage: bun run bench [--quick] [--rounds N] [--only NAME]… [--votes N] [--classic FOLDER] [--strict] [--save NAME] [--compare NAME] [--json FILE]

Measures Tallyroom on this machine, with a Redis, a Postgres and apps of its own, and prints each figure as the median
over all rounds with its spread. docs/benchmarks.md says what each line means.

  --quick       short rounds, for a look at whether it all runs (about a minute)
  --rounds N    rounds of each benchmark (5; 1 with --quick)
  --only NAME   ${BENCHMARKS.join(", ")}; may be given several times
  --votes N     votes of a round of record-minute (300,000); the record is 2,988,000
  --classic FOLDER  a checkout of dockersamples/example-voting-app, whose vote app \`classic\` measures beside ours; without one it is left out
  --strict      exit with 1 when a bound is missed
  --save NAME   write the figures to scripts/bench/results/NAME.json, from which \`bun run bench:page\` makes the docs; what
                is not run again stays there. NAME is this machine's, such as "laptop".
  --compare NAME  exit with 1 when a ratio with a bound is worse by a third than what was saved under this name
  --json FILE   write all figures of all rounds to a file, too
  --help        show this`

export type BenchArguments = {
  readonly quick: boolean
  readonly strict: boolean
  readonly rounds: number | undefined
  readonly only: readonly BenchmarkName[]
  readonly votes: number | undefined
  readonly classic: string | undefined
  readonly save: string | undefined
  readonly compare: string | undefined
  readonly json: string | undefined
}

const machineName: CommandOption<string | undefined> = {
  takes: "a name of lower-case letters, digits and dashes",
  read(given, name) {
    const value = given.at(-1)
    if (value === undefined || MACHINE_NAME.test(value)) return value
    throw refused(name, machineName.takes ?? "", value)
  },
}

/** Ends the process where the command line asks for help or is wrong. */
export function readBenchArguments(): BenchArguments {
  return readCommandLine({
    usage: USAGE,
    options: {
      quick: flag,
      strict: flag,
      rounds: wholeNumber(1, 100),
      only: orElse(several(oneOf(BENCHMARKS)), []),
      votes: wholeNumber(1_000, 100_000_000),
      classic: text,
      save: machineName,
      compare: machineName,
      json: text,
    },
  }).values
}

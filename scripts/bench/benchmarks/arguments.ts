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
import { BENCHMARKS, type BenchmarkName, RATIOS } from "./plan"

const USAGE = `Usage: bun run bench [--quick] [--rounds N] [--only NAME]… [--ratios] [--votes N] [--voters N]… [--viewers N] [--classic FOLDER] [--strict] [--save NAME] [--compare NAME | --beside COMMIT] [--json FILE]

Measures Tallyroom on this machine, with a Redis, a Postgres and apps of its own, and prints each figure as the median
over all rounds with its spread. docs/benchmarks.md says what each line means.

  --quick       short rounds, for a look at whether it all runs (about a minute)
  --rounds N    rounds of each benchmark (5; 1 with --quick, and 5 with --quick and --ratios)
  --only NAME   ${BENCHMARKS.join(", ")}; may be given several times
  --ratios      those alone that have a ratio with a bound: ${RATIOS.join(", ")}
  --votes N     votes of a round of record-minute (300,000); the record is 2,988,000
  --voters N    voters who are there already in \`size\` (1,000,000 and 10,000,000); may be given several times
  --viewers N   how many watch in \`replicas\`, in place of one crowd after the other (25,000 and 100,000)
  --classic FOLDER  a checkout of dockersamples/example-voting-app, whose vote app \`classic\` measures beside ours; without one it is left out
  --strict      exit with 1 when a bound is missed
  --save NAME   write the figures to scripts/bench/results/NAME.json, from which \`bun run bench:page\` makes the docs; what
                is not run again stays there. NAME is this machine's, such as "laptop".
  --compare NAME  measures ratios, and exits with 1 when one is worse by a third than what was saved under this name, also at a second
                try, or when none can be compared. Where rounds differ too much, or were made in another way, it says so
  --beside COMMIT  the same beside what an earlier commit, branch or tag comes to on this machine, measured just before
  --json FILE   write all figures of all rounds to a file, too
  --help        show this`

export type BenchArguments = {
  readonly quick: boolean
  readonly strict: boolean
  readonly rounds: number | undefined
  readonly only: readonly BenchmarkName[]
  readonly ratios: boolean
  readonly votes: number | undefined
  readonly voters: readonly number[] | undefined
  readonly viewers: number | undefined
  readonly classic: string | undefined
  readonly save: string | undefined
  readonly compare: string | undefined
  readonly beside: string | undefined
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
  const { values } = readCommandLine({
    usage: USAGE,
    options: {
      quick: flag,
      strict: flag,
      rounds: wholeNumber(1, 100),
      only: orElse(several(oneOf(BENCHMARKS)), []),
      ratios: flag,
      votes: wholeNumber(1_000, 100_000_000),
      voters: several(wholeNumber(1_000, 1_000_000_000)),
      viewers: wholeNumber(100, 1_000_000),
      classic: text,
      save: machineName,
      compare: machineName,
      beside: text,
      json: text,
    },
  })
  const compares = values.compare !== undefined || values.beside !== undefined
  return { ...values, ratios: values.ratios || compares }
}

/** The command line of `bun run capacity:compare`. */

import { readCommandLine } from "../../services/terminal/command-line"
import { flag, oneOf, orElse, wholeNumber } from "../../services/terminal/options"
import type { Step } from "../compare/step"
import { METHODS } from "../model/unit-costs"
import { machineName } from "./arguments"

const USAGE = `Usage: bun run capacity:compare [--votes N] [--pages N] [--open N] [--viewers N] [--seconds N] [--method M] [--machine M] [--save]

Plays a load on this machine, with real processes and stores of its own, and prints what each part is busy with beside what
\`bun run capacity\` reckons for it. Exits with 1 when the whole is off by more than a quarter. Nothing else should run meanwhile.

  --votes N     votes a second (6,000)
  --pages N     ballot pages that are opened a second (500)
  --open N      ballot pages that are open, and ask as often as they are told to (3,000)
  --viewers N   who watch (3,000)
  --seconds N   for how long, 60 at most (20)
  --method M    what a ballot says: ${METHODS.join(", ")} (several: three of ten options)
  --machine M   on whose measurements the model rests: a file of scripts/bench/results (two-cores)
  --save        keep the figures in that file, from which \`bun run bench:page\` and \`bun run capacity:page\` make the docs
  --help        show this`

const MOST_SECONDS = 60

export type CompareWishes = { step: Step; machine: string; isSaved: boolean }

/** Ends the process where the command line asks for help or is wrong. */
export function readCompareWishes(): CompareWishes {
  const { values } = readCommandLine({
    usage: USAGE,
    options: {
      votes: orElse(wholeNumber(1, 100_000), 6_000),
      pages: orElse(wholeNumber(1, 100_000), 500),
      open: orElse(wholeNumber(1, 1_000_000), 3_000),
      viewers: orElse(wholeNumber(1, 100_000), 3_000),
      seconds: orElse(wholeNumber(3, MOST_SECONDS), 20),
      method: orElse(oneOf(METHODS), "several"),
      machine: orElse(machineName, "two-cores"),
      save: flag,
    },
  })
  const { machine, save: isSaved, ...step } = values
  return { step, machine, isSaved }
}

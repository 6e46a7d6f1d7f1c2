/** The command line of `bun run capacity`. */

import { MACHINE_NAME } from "../../bench/saved/saved-file"
import { type CommandLine, readCommandLine } from "../../services/terminal/command-line"
import {
  type CommandOption,
  decimal,
  flag,
  oneOf,
  orElse,
  refused,
  wholeNumber,
} from "../../services/terminal/options"
import { CLOUD_NAMES, type CloudName } from "../clouds/prices"
import type { Expectation } from "../model/load"
import type { Policy } from "../model/plan"
import { METHODS, type Method } from "../model/unit-costs"

const USAGE = `Usage: bun run capacity [--voters N] [--minutes N] [--viewers N] [OPTION]…

Prints how many processes, shards, cores, memory, disks and bandwidth an event needs, what is full first, and what it costs, from
what benchmarks measured on one machine. docs/capacity.md says how, with two examples.

  --voters N    who vote, each once (100,000)
  --minutes N   in which they vote (5)
  --viewers N   who watch the results at the same time (10,000)
  --peak X      the busiest second has so many times as many votes as the mean (2)
  --stay N      seconds for which a voter has the ballot page open and in sight (30)
  --method M    what a ballot says: ${METHODS.join(", ")} (one: one option)
  --cdn         a CDN answers what is the same for everybody: files, results pages, and what open ballot pages ask again and again
  --busy N      percent of a core that a process may be busy with (60)
  --spare N     processes of each app beyond those that are needed (1); there are always two
  --hold N      seconds for which votes are taken while Postgres is away (60)
  --connections N  max_connections of Postgres (200, as the chart has it)
  --link N      Gbit/s of the narrowest link to the people (10)
  --machine M   whose measurements: a file of scripts/bench/results (two-cores)
  --cloud C     whose prices: ${CLOUD_NAMES.join(" or ")} (both)
  --values      print the values for the Helm chart alone
  --json        print the plan, its costs and the unit costs as JSON
  --help        show this`

export const machineName: CommandOption<string | undefined> = {
  takes: "a name of lower-case letters, digits and dashes",
  read(given, name) {
    const value = given.at(-1)
    if (value === undefined || MACHINE_NAME.test(value)) return value
    throw refused(name, machineName.takes ?? "", value)
  },
}

const MOST_PEOPLE = 1_000_000_000
const A_WEEK = 7 * 24 * 60

const OPTIONS = {
  voters: orElse(wholeNumber(1, MOST_PEOPLE), 100_000),
  minutes: orElse(decimal(0.1, A_WEEK), 5),
  viewers: orElse(wholeNumber(0, MOST_PEOPLE), 10_000),
  peak: orElse(decimal(1, 1_000), 2),
  stay: orElse(wholeNumber(0, 86_400), 30),
  method: orElse(oneOf(METHODS), "one"),
  cdn: flag,
  busy: orElse(wholeNumber(5, 100), 60),
  spare: orElse(wholeNumber(0, 1_000), 1),
  hold: orElse(wholeNumber(1, 86_400), 60),
  connections: orElse(wholeNumber(10, 1_000_000), 200),
  link: orElse(decimal(0.01, 100_000), 10),
  machine: orElse(machineName, "two-cores"),
  cloud: oneOf(CLOUD_NAMES),
  values: flag,
  json: flag,
}
export const COMMAND_LINE = { usage: USAGE, options: OPTIONS } satisfies CommandLine<typeof OPTIONS>

export type Wishes = {
  expected: Expectation
  policy: Policy
  method: Method
  machine: string
  clouds: readonly CloudName[]
  print: "text" | "values" | "json"
}

/** Ends the process where the command line asks for help or is wrong. */
export function readWishes(): Wishes {
  return wishesOf(readCommandLine(COMMAND_LINE).values)
}

type Values = ReturnType<typeof readCommandLine<typeof OPTIONS>>["values"]

export function wishesOf(given: Values): Wishes {
  const { voters, minutes, viewers, peak, stay, cdn, busy, spare, hold, link, connections } = given
  const { method, machine, cloud, values, json } = given
  return {
    expected: { voters, minutes, viewers, peak, stay, cdn },
    policy: { busy: busy / 100, spare, hold, linkBits: link * 1e9, connections },
    ...{ method, machine, clouds: cloud ? [cloud] : CLOUD_NAMES },
    print: values ? "values" : json ? "json" : "text",
  }
}

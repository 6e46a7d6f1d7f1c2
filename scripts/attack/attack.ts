/** `bun run attack`: attacks a running demo on this machine, and says what came of it. */

import { cpus } from "node:os"
import { version } from "@tallyroom/lib/process/build"
import { runningDemo } from "../services/stack/running-demo"
import { Checks } from "../services/terminal/checks"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { flag, orElse, someOf, wholeNumber } from "../services/terminal/options"
import { UserError } from "../services/terminal/user-error"
import { Unavailable } from "../services/tools/cache"
import { descriptors } from "./attacks/descriptors"
import { names } from "./attacks/names"
import { raw } from "./attacks/raw"
import { ensureSchemathesis, schemathesis } from "./attacks/schemathesis"
import { sockets } from "./attacks/sockets"
import { type FloodKind, underFlood } from "./flood/under-flood"
import type { Attacked } from "./outcome"
import { type SectionName, writePage } from "./page"
import { besideOthers } from "./people/beside-others"
import { type Target, withTarget } from "./target"

const ATTACKS = ["names", "raw", "sockets", "descriptors", "schemathesis"] as const

/** Votes a second beside a flood at full speed, where nobody says how many. */
const FEW_VOTERS = 100

const USAGE = `Usage: bun run attack [--only NAMES] [--connections N] [--seconds N] [--descriptors N] [--examples N] [--flood N] [--full] [--write]

Attacks the demo that runs in this checkout, on this machine alone, in about five minutes. It makes a poll of its own, and deletes
it and whatever else comes into being. The last line is "N passed, N failed".

  --only NAMES      some of ${ATTACKS.join(", ")}, divided by commas
  --connections N   held at once by "sockets" (2,000)
  --seconds N       how long it holds them (20)
  --descriptors N   how many a vote and a result of its own may have open, to which "descriptors" makes more connections (1,500)
  --examples N      for each operation by "schemathesis" (50), which needs python3 with venv, and PyPI at the first time
  --flood N         while each of them runs, N votes a second come by new voters: each is counted once, 95 of 100 are answered within
                    200 ms, and no app takes more memory than it may have on Kubernetes
  --full            besides these (100 a second if nothing else is said), a flood votes as fast as it is answered: where that fills
                    the machine, people may wait twice as long as they did beside the flood alone, or 200 ms
  --write           write the outcomes to docs/security.md
  --help            show this`

await runScript(main, { failure: 2 })

async function main(): Promise<number> {
  const { values } = readCommandLine({
    usage: USAGE,
    options: {
      only: orElse(someOf(ATTACKS, "attack"), ATTACKS),
      connections: orElse(wholeNumber(4, 20_000), 2_000),
      seconds: orElse(wholeNumber(1, 600), 20),
      descriptors: orElse(wholeNumber(200, 8_000), 1_500),
      examples: orElse(wholeNumber(1, 10_000), 50),
      flood: wholeNumber(1, 20_000),
      full: flag,
      write: flag,
    },
  })
  const demo = runningDemo()
  if (!demo) throw new UserError("No running demo found. Start one with `bun run demo`.")
  const { connections, seconds, examples } = values
  const flood = floodOf(values)
  const few = { descriptors: values.descriptors, seconds }
  const checks = new Checks()
  const attacks: Record<(typeof ATTACKS)[number], (target: Target) => Promise<Attacked>> = {
    names: (target) => besideOthers(target, () => names(target)),
    raw: (target) => besideOthers(target, () => raw(target)),
    sockets: (target) => sockets(target, { connections, seconds }),
    descriptors: (target) => descriptors(demo, target, few),
    schemathesis: (target) => besideOthers(target, () => schemathesis(target, { examples, say: checks.say })),
  }
  const outcomes = new Map<string, Attacked>()
  await withTarget(demo, async (target) => {
    for (const name of values.only) {
      const lacks = name === "schemathesis" ? await lacking(() => ensureSchemathesis(checks.say)) : null
      if (lacks !== null) checks.skip(name, lacks)
      else
        await checks.check(name, async () => {
          const attack = () => attacks[name](target)
          const outcome = flood === null ? await attack() : await underFlood(demo, target, flood, attack)
          outcomes.set(name, outcome)
          return judged(outcome)
        })
    }
  })
  if (values.write) {
    const page: SectionName = flood === null ? "alone" : flood.isFull ? "at-full-speed" : "beside-votes"
    const machine = `Seen with version ${version} on ${cpus().length} cores (${process.platform}, ${process.arch}), the attacker on the same.`
    console.log(`wrote ${await writePage(page, outcomes, machine)}`)
  }
  return checks.report()
}

function floodOf({ flood, full }: { flood: number | undefined; full: boolean }): FloodKind | null {
  return flood === undefined && !full ? null : { rate: flood ?? FEW_VOTERS, isFull: full }
}

/** Why a tool can't be had here; null if it is there now. */
async function lacking(ensure: () => Promise<unknown>): Promise<string | null> {
  try {
    await ensure()
    return null
  } catch (error) {
    if (error instanceof Unavailable) return error.message
    throw error
  }
}

/** @throws {UserError} with all that must not be */
function judged({ tried, requests, seen, beside, faults }: Attacked): string {
  const besides = Object.entries(beside).map(([what, it]) => `\n        ${what}: ${it}`)
  if (faults.length > 0)
    throw new UserError(`${tried}: ${faults.slice(0, 20).join("\n        ")}${besides.join("")}`)
  return `${tried}; ${requests.toLocaleString("en")} requests: ${seen}${besides.join("")}\n       `
}

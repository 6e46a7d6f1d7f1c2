/** `bun run check:compose`: proves on this machine's Docker what is promised of compose. */

import { parseArgs } from "node:util"
import { Checks } from "../services/checks"
import { describe, Trouble } from "../services/trouble"
import { runSteps, STEPS, type StepName } from "./compose/story"

const NAMES = Object.keys(STEPS) as StepName[]
const USAGE = `Usage: bun run check:compose [--only STEP,STEP]

Builds the images and runs a room of its own by compose: votes, watches, seeds, scales, kills each container under a flood,
and audits. Its ports are free ones, and nothing is left of it. Needs root on a Linux with Docker, for the kills.
The last line is "N passed, N failed".

  --only STEPS   some of: ${NAMES.join(", ")}`

try {
  const text = { type: "string" } as const
  const { values } = parseArgs({ options: { only: text, help: { type: "boolean", short: "h" } } })
  if (values.help) {
    console.log(USAGE)
    process.exit(0)
  }
  const names = chosen(values.only)
  const checks = new Checks()
  await runSteps(names, checks)
  process.exit(checks.report())
} catch (error) {
  console.error(describe(error))
  process.exit(2)
}

function chosen(only: string | undefined): StepName[] {
  if (only === undefined) return NAMES
  const words = only.split(",")
  const unknown = words.find((word) => !NAMES.some((name) => name === word))
  if (unknown !== undefined)
    throw new Trouble(`There is no step ${unknown}: choose from ${NAMES.join(", ")}.`)
  return NAMES.filter((name) => words.includes(name))
}

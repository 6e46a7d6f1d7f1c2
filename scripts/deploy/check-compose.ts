/** `bun run check:compose`: proves on this machine's Docker what is promised of compose. */

import { Checks } from "../services/terminal/checks"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { orElse, someOf } from "../services/terminal/options"
import { COMPOSE_STEPS, runSteps, type StepName } from "./compose/steps"

const NAMES = Object.keys(COMPOSE_STEPS) as StepName[]
const USAGE = `Usage: bun run check:compose [--only STEP,STEP]

Builds the images and runs an instance of its own by compose: votes, watches, seeds, scales, kills each container under a flood,
and audits. Its ports are free ones, and nothing is left of it. Needs root on a Linux with Docker, for the kills.
The last line is "N passed, N failed".

  --only STEPS   some of: ${NAMES.join(", ")}
  --help         show this`

await runScript(
  async () => {
    const { values } = readCommandLine({
      usage: USAGE,
      options: { only: orElse(someOf(NAMES, "step"), NAMES) },
    })
    const checks = new Checks()
    await runSteps(values.only, checks)
    return checks.report()
  },
  { failure: 2 },
)

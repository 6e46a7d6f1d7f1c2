/** `bun run check:supply`: holes and licences of dependencies, and secrets in files and history. */

import { join } from "node:path"
import { CHECKOUT } from "../services/checkout"
import { Checks } from "../services/terminal/checks"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { orElse, someOf } from "../services/terminal/options"
import { UserError } from "../services/terminal/user-error"
import { Unavailable } from "../services/tools/cache"
import { knownHoles } from "./supply/advisories"
import { judgeLicences } from "./supply/licences"
import { findSecrets } from "./supply/secrets"

const PARTS = ["advisories", "licences", "secrets"] as const

const USAGE = `Usage: bun run check:supply [--only NAMES]

Checks what Tallyroom is made of, in about a minute, and says what to do about each fault:

  advisories   whether the registry knows of a hole in a package that bun.lock names (bun audit)
  licences     whether each package that is installed has a licence of the list in scripts/check/supply/licences.ts
  secrets      whether a secret stands in a file that Git knows, or in any commit (gitleaks, built from the Go module proxy)

A registry that does not answer leaves its part out, and the end says so. The last line is "N passed, N failed".

  --only NAMES   some of them, divided by commas
  --help         show this`

await runScript(main, { failure: 2 })

async function main(): Promise<number> {
  const { values } = readCommandLine({
    usage: USAGE,
    options: { only: orElse(someOf(PARTS, "part"), PARTS) },
  })
  const checks = new Checks()
  const parts: Record<(typeof PARTS)[number], () => Promise<void>> = {
    advisories: () => checkAdvisories(checks),
    async licences() {
      await checks.check("licences", async () => {
        const { packages, faults } = judgeLicences(join(CHECKOUT, "node_modules"))
        return withoutFaults(faults, `${packages} packages`)
      })
    },
    async secrets() {
      await checks.check("secrets", async () => {
        const { commits, faults } = await findSecrets(CHECKOUT, checks.say)
        return withoutFaults(faults, `${commits} commits and the files of today`)
      })
    },
  }
  for (const part of values.only) await parts[part]()
  return checks.report()
}

async function checkAdvisories(checks: Checks): Promise<void> {
  let silence: string | undefined
  const answer = knownHoles(CHECKOUT).catch((error) => {
    if (!(error instanceof Unavailable)) throw error
    silence = error.message
    return []
  })
  await answer.catch(() => {})
  if (silence === undefined) {
    await checks.check("advisories", async () => withoutFaults(await answer, "no known hole"))
    return
  }
  checks.skip("advisories", silence)
  // GitHub shows this beside the run, which else looks as if the registry had found nothing.
  if (process.env.GITHUB_ACTIONS) console.log(`::warning title=No advisories::${silence}`)
}

/** @throws {UserError} with all faults, where there are some */
function withoutFaults(faults: readonly string[], otherwise: string): string {
  if (faults.length > 0) throw new UserError(`\n  ${faults.join("\n  ")}`)
  return otherwise
}

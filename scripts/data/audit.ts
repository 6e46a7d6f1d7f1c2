/** `bun run audit`: proves from both stores that every accepted ballot is accounted for. */

import { isDatabaseAway } from "@tallyroom/lib/database"
import { runAudit } from "../../apps/worker/audit/audit-command"
import { assertPostgresAnswers } from "../services/external"
import { findStores } from "../services/running"
import { describe, Trouble } from "../services/trouble"

const plan = {
  call: "bun run audit",
  where:
    "It finds a running demo by itself; otherwise set REDIS_URL and DATABASE_URL, and INBOX_URL where a broker holds the ballots.",
  stores: findStores,
}
const words = process.argv.slice(2)
const { DATABASE_URL } = process.env

try {
  const isHelp = words.some((word) => word === "--help" || word === "-h")
  if (DATABASE_URL && !isHelp) await assertUsable(DATABASE_URL)
  process.exitCode = await runAudit(plan, words)
} catch (error) {
  console.error(describe(error))
  process.exitCode = 2
}

/** The driver's own errors name neither the setting nor the database. What is only away, `--wait` waits for. */
async function assertUsable(url: string): Promise<void> {
  try {
    await assertPostgresAnswers(url, "that of a running demo")
  } catch (error) {
    const isAway = error instanceof Trouble && isDatabaseAway(error.cause)
    if (!isAway || !words.includes("--wait")) throw error
  }
}

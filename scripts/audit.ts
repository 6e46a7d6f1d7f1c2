/** `bun run audit`: proves from both stores that every accepted ballot is accounted for. */

import { runAudit } from "@tallyroom/lib/audit-command"
import { assertPostgresAnswers } from "./services/external"
import { findStores } from "./services/running"
import { describe } from "./services/trouble"

const plan = {
  call: "bun run audit",
  where:
    "It finds a running demo by itself; otherwise set REDIS_URL and DATABASE_URL, and INBOX_URL where a broker holds the ballots.",
  stores: findStores,
}
const words = process.argv.slice(2)
const { DATABASE_URL } = process.env

try {
  // The driver's own errors name neither the setting nor the database.
  const isHelp = words.some((word) => word === "--help" || word === "-h")
  if (DATABASE_URL && !isHelp) await assertPostgresAnswers(DATABASE_URL, "that of a running demo")
  process.exitCode = await runAudit(plan, words)
} catch (error) {
  console.error(describe(error))
  process.exitCode = 2
}

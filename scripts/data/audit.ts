/** `bun run audit`: proves from both stores that every accepted ballot is accounted for. */

import { isDatabaseAway } from "@tallyroom/lib/database"
import { auditUsage, runAudit } from "../../apps/worker/audit/audit-command"
import { findStores } from "../services/stack/running-demo"
import { assertPostgresAnswers } from "../services/stores/external-stores"
import { readPassedOnWords, runScript } from "../services/terminal/command-line"
import { UserError } from "../services/terminal/user-error"

const plan = {
  call: "bun run audit",
  where: `Environment:
  REDIS_URL, DATABASE_URL   the stores (those of a running demo)
  INBOX_URL                 the broker, where one holds the ballots`,
  stores: findStores,
}
const { DATABASE_URL } = process.env

await runScript(
  async () => {
    const words = readPassedOnWords(auditUsage(plan))
    if (DATABASE_URL) await assertUsable(DATABASE_URL, words.includes("--wait"))
    return runAudit(plan, words)
  },
  { failure: 2 },
)

/**
 * The driver's own errors name neither the setting nor the database. With `--wait` the audit itself waits for a
 * database that is only away.
 */
async function assertUsable(url: string, waits: boolean): Promise<void> {
  try {
    await assertPostgresAnswers(url, "that of a running demo")
  } catch (error) {
    const isAway = error instanceof UserError && isDatabaseAway(error.cause)
    if (!isAway || !waits) throw error
  }
}

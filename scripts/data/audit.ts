/** `bun run audit`: proves from both stores that every accepted ballot is accounted for. */

import { isDatabaseAway } from "@tallyroom/lib/database"
import { auditUsage, runAudit } from "../../apps/worker/audit/audit-command"
import { withSecretsOfFiles } from "../services/given-settings"
import { findStores } from "../services/stack/running-demo"
import { assertPostgresAnswers } from "../services/stores/external-stores"
import { readPassedOnWords, runScript } from "../services/terminal/command-line"
import { UserError } from "../services/terminal/user-error"

const plan = {
  call: "bun run audit",
  where: `Environment:
  REDIS_URL, DATABASE_URL   the stores (those of a running demo)
  INBOX_URL                 the broker, where one holds the ballots
  REDIS_URL_FILE, DATABASE_URL_FILE, INBOX_URL_FILE   the files that they are in, instead
  REDIS_CA, REDIS_CERT, REDIS_KEY, INBOX_CA, INBOX_CERT, INBOX_KEY   files for TLS, as for the worker`,
  stores: findStores,
}

await runScript(
  async () => {
    const words = readPassedOnWords(auditUsage(plan))
    const { DATABASE_URL } = withSecretsOfFiles(process.env, ["DATABASE_URL"])
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

/** `bun run audit`: proves from both stores that every accepted ballot is accounted for. */

import { runAudit } from "@tallyroom/lib/audit-command"
import { findStores } from "./services/running"

const plan = {
  call: "bun run audit",
  where:
    "It finds a running demo by itself; otherwise set REDIS_URL and DATABASE_URL, and INBOX_URL where a broker holds the ballots.",
  stores: findStores,
}
process.exitCode = await runAudit(plan, process.argv.slice(2))

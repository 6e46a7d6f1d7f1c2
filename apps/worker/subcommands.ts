/** What the worker's program can do instead of counting. */

import { inboxAccess } from "@tallyroom/lib/inbox/setting"
import { containerSubcommands } from "@tallyroom/lib/process/container-subcommands"
import { readSettings } from "@tallyroom/lib/process/settings"
import type { Subcommands } from "@tallyroom/lib/process/subcommand"
import { runAudit } from "./audit/audit-command"
import { makeFiles } from "./credentials/directory-command"
import { makeSecrets } from "./credentials/kubernetes-command"
import { settings } from "./settings"

export const subcommands: Subcommands = {
  ...containerSubcommands,
  audit: (args) =>
    runAudit(
      {
        call: "worker audit",
        where:
          "It reads the stores of this worker: REDIS_URL, INBOX_URL and DATABASE_URL, or the files that they are in.",
        stores() {
          const values = readSettings(settings, process.env)
          const { redis, inbox } = inboxAccess(() => values)
          return { redisUrl: redis, databaseUrl: values.DATABASE_URL, inboxUrl: inbox }
        },
      },
      args,
    ),
  /** Makes the credentials that are missing. */
  credentials(args) {
    return args.join(" ") === "--kubernetes" ? makeSecrets() : makeFiles(args)
  },
}

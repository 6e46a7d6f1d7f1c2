/** `bun healthchecks/app.ts`: what `/app/vote health` is in an image, without loading the whole app each time. */

import { containerSubcommands } from "@tallyroom/lib/process/container-subcommands"
import { runSubcommand } from "@tallyroom/lib/process/subcommand"

await runSubcommand("app", containerSubcommands, ["health"])

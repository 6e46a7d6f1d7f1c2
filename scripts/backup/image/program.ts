/** What the image backup runs: `backup`, `restore …` or `health`, with the words of the commands of a checkout. */

import { containerSubcommands } from "@tallyroom/lib/process/container-subcommands"

const [name, ...words] = process.argv.slice(2)
if (name === "health") process.exit(await containerSubcommands.health?.(words))
if (name === "restore") {
  process.argv.splice(2, 1)
  await import("../restore")
} else await import("../backup")

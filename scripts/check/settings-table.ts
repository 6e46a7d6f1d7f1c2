/** `bun run settings`: writes docs/settings.md from the settings as the apps declare them; `--check` only compares. */

import type { Settings } from "@tallyroom/lib/process/settings"
import { settings as result } from "../../apps/result/settings"
import { settings as vote } from "../../apps/vote/settings"
import { settings as worker } from "../../apps/worker/settings"
import { settings as backup } from "../backup/configuration/settings"
import { readCommandLine } from "../services/terminal/command-line"
import { flag } from "../services/terminal/options"

const FILE = `${import.meta.dir}/../../docs/settings.md`

const USAGE = `Usage: bun run settings [--check]

Writes docs/settings.md from what the apps, and backups, declare.

  --check   write nothing, and exit with 1 when the file says something else
  --help    show this`

const INTRODUCTION = `# Settings

Every setting is an environment variable. An empty one counts as not set. A process that finds a fault in its settings
says all of them at once and exits with 2 before it connects to anything.

Each secret NAME may stand in a file instead, whose path is NAME_FILE.

This page is generated: \`bun run settings\`.
`

function row([name, { default: fallback, description, secret }]: [string, Settings[string]]): string {
  const value = fallback === undefined ? "required" : fallback === "" ? "" : `\`${fallback}\``
  return `| \`${name}\` | ${value} | ${description.replaceAll("|", "\\|")}${secret ? " Secret." : ""} |`
}

function section(app: string, settings: Settings): string {
  const rows = Object.entries(settings).map(row)
  return [`## ${app}`, "", "| name | default | |", "|---|---|---|", ...rows, ""].join("\n")
}

const page = [
  INTRODUCTION,
  ...Object.entries({ vote, worker, result, backup }).map(([app, s]) => section(app, s)),
].join("\n")

const { values } = readCommandLine({ usage: USAGE, options: { check: flag } })
if (values.check) {
  const current = await Bun.file(FILE)
    .text()
    .catch(() => "")
  if (current !== page) {
    console.error("docs/settings.md does not say what the apps declare. Run `bun run settings`.")
    process.exit(1)
  }
} else {
  await Bun.write(FILE, page)
  console.log("wrote docs/settings.md")
}

/** docs/settings.md: every setting, as the apps declare it. */

import type { Settings } from "@tallyroom/lib/process/settings"
import { settings as result } from "../../../apps/result/settings"
import { settings as vote } from "../../../apps/vote/settings"
import { settings as worker } from "../../../apps/worker/settings"
import { settings as backup } from "../../backup/configuration/settings"

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

/** docs/settings.md, from the settings as the apps, and backups, declare them. */
export const settingsPage = [
  INTRODUCTION,
  ...Object.entries({ vote, worker, result, backup }).map(([app, s]) => section(app, s)),
].join("\n")

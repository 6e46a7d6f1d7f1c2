/** `bun run settings`: writes the files that are made from what the code declares; `--check` only compares. */

import { join } from "node:path"
import { CHECKOUT } from "../services/checkout"
import { readCommandLine } from "../services/terminal/command-line"
import { flag } from "../services/terminal/options"
import { prometheusRule } from "./generated/alert-rules"
import { metricsPage } from "./generated/metrics-page"
import { settingsPage } from "./generated/settings-page"

const USAGE = `Usage: bun run settings [--check]

Writes docs/settings.md from what the apps, and backups, declare, docs/metrics.md from the metrics that they register, and
k8s-deployment/addons/alerts.yaml from monitoring/alerts.yaml.

  --check   write nothing, and exit with 1 when a file says something else
  --help    show this`

const { values } = readCommandLine({ usage: USAGE, options: { check: flag } })

const files: Record<string, string> = {
  "docs/settings.md": settingsPage,
  "docs/metrics.md": metricsPage(),
  "k8s-deployment/addons/alerts.yaml": await prometheusRule(),
}
for (const [path, content] of Object.entries(files)) {
  const file = Bun.file(join(CHECKOUT, path))
  if (!values.check) {
    await Bun.write(file, content)
    console.log(`wrote ${path}`)
  } else if ((await file.text().catch(() => "")) !== content) {
    console.error(`${path} is not what the code makes of it. Run \`bun run settings\`.`)
    process.exitCode = 1
  }
}

/** `bun run dashboard`: writes Grafana's dashboard, and the ConfigMap that holds it; `--check` only compares. */

import { relative } from "node:path"
import { CHECKOUT } from "../services/checkout"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { flag } from "../services/terminal/options"
import { generatedFiles } from "./dashboard/generated"

const USAGE = `Usage: bun run dashboard [--check]

Writes monitoring/dashboards/tallyroom.json and k8s-deployment/addons/dashboard.yaml from scripts/monitoring/dashboard/.

  --check   write nothing, and exit with 1 when a file says something else
  --help    show this`

await runScript(
  async () => {
    const { values } = readCommandLine({ usage: USAGE, options: { check: flag } })
    let stale = 0
    for (const [path, content] of Object.entries(generatedFiles())) {
      const name = relative(CHECKOUT, path)
      if (!values.check) {
        await Bun.write(path, content)
        console.log(`wrote ${name}`)
      } else if ((await textOf(path)) !== content) {
        console.error(`${name} is not what the dashboard is made of. Run \`bun run dashboard\`.`)
        stale++
      }
    }
    return stale > 0 ? 1 : 0
  },
  { failure: 2 },
)

function textOf(path: string): Promise<string> {
  return Bun.file(path)
    .text()
    .catch(() => "")
}

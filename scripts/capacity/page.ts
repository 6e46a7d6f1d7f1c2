/** `bun run capacity:page`: makes the worked examples of docs/capacity.md; `--check` only compares. */

import { join } from "node:path"
import { checkDocs, DOCS, writeDocs } from "../services/made-docs"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { flag } from "../services/terminal/options"
import { filesOf, PAGE, PICTURES } from "./docs/files"
import { savedMachine } from "./model/saved-machine"
import { chartLimits } from "./printing/chart-limits"

const USAGE = `Usage: bun run capacity:page [--check]

Makes the worked examples of docs/capacity.md and their pictures in docs/capacity/, from what was measured on two-cores
(scripts/bench/results), the model, the chart's manifests and the table of prices.

  --check   write nothing, and exit with 1 when a file says something else
  --help    show this`

const MACHINE = "two-cores"

await runScript(
  async () => {
    const { values } = readCommandLine({ usage: USAGE, options: { check: flag } })
    const page = await Bun.file(join(DOCS, PAGE)).text()
    const wanted = filesOf(await savedMachine(MACHINE), await chartLimits(), page)
    const made = { wanted, folder: PICTURES, command: "bun run capacity:page" }
    return values.check ? await checkDocs(made) : await writeDocs(made).then(() => 0)
  },
  { failure: 1 },
)

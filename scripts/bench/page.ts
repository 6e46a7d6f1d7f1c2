/** `bun run bench:page`: makes the tables and charts of docs/benchmarks.md from the saved results; `--check` only compares. */

import { join } from "node:path"
import { checkDocs, DOCS, writeDocs } from "../services/made-docs"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { flag } from "../services/terminal/options"
import { filesOf, MACHINES, OVERVIEW } from "./docs/files"
import { type SavedMachine, savedMachines } from "./saved/saved-file"

const USAGE = `Usage: bun run bench:page [--check]

Makes the list of machines in docs/benchmarks.md, and for each its page of tables and its chart in docs/benchmarks/, from the files
that \`bun run bench --save NAME\` wrote to scripts/bench/results/. Where that was with --quick alone, it makes nothing.

  --check   write nothing, and exit with 1 when a file says something else
  --help    show this`

await runScript(
  async () => {
    const { values } = readCommandLine({ usage: USAGE, options: { check: flag } })
    const machines = (await savedMachines()).filter(isForReaders)
    const wanted = filesOf(machines, await Bun.file(join(DOCS, OVERVIEW)).text())
    const made = { wanted, folder: MACHINES, command: "bun run bench:page" }
    return values.check ? await checkDocs(made) : await writeDocs(made).then(() => 0)
  },
  { failure: 1 },
)

/** What short rounds alone were saved of is there to be compared with, and no figures to be believed. */
function isForReaders({ benchmarks }: SavedMachine): boolean {
  return benchmarks.some(({ run }) => !run.quick)
}

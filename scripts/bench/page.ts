/** `bun run bench:page`: makes the tables and charts of docs/benchmarks.md from the saved results; `--check` only compares. */

import { existsSync } from "node:fs"
import { rm } from "node:fs/promises"
import { join } from "node:path"
import { Glob } from "bun"
import { CHECKOUT } from "../services/checkout"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { flag } from "../services/terminal/options"
import { filesOf, MACHINES, OVERVIEW } from "./docs/files"
import { type SavedMachine, savedMachines } from "./saved/saved-file"

const USAGE = `Usage: bun run bench:page [--check]

Makes the list of machines in docs/benchmarks.md, and for each its page of tables and its chart in docs/benchmarks/, from the files
that \`bun run bench --save NAME\` wrote to scripts/bench/results/. Where that was with --quick alone, it makes nothing.

  --check   write nothing, and exit with 1 when a file says something else
  --help    show this`

const DOCS = join(CHECKOUT, "docs")

await runScript(main, { failure: 1 })

async function main(): Promise<number> {
  const { values } = readCommandLine({ usage: USAGE, options: { check: flag } })
  const machines = (await savedMachines()).filter(isForReaders)
  const wanted = filesOf(machines, await Bun.file(join(DOCS, OVERVIEW)).text())
  const changed = []
  for (const [path, content] of wanted) if ((await textOf(path)) !== content) changed.push(path)
  const gone = [...new Glob(`${MACHINES}/*`).scanSync({ cwd: DOCS })].filter((path) => !wanted.has(path))
  if (values.check) return told([...changed, ...gone])
  for (const path of gone) await rm(join(DOCS, path))
  for (const [path, content] of wanted) await Bun.write(join(DOCS, path), content)
  console.log(`${wanted.size} files, ${changed.length + gone.length} of them changed.`)
  return 0
}

/** What short rounds alone were saved of is there to be compared with, and no figures to be believed. */
function isForReaders({ benchmarks }: SavedMachine): boolean {
  return benchmarks.some(({ run }) => !run.quick)
}

function told(stale: readonly string[]): number {
  for (const path of stale)
    console.error(`docs/${path} is not what the results make of it. Run \`bun run bench:page\`.`)
  return stale.length === 0 ? 0 : 1
}

async function textOf(path: string): Promise<string | null> {
  const file = join(DOCS, path)
  return existsSync(file) ? await Bun.file(file).text() : null
}

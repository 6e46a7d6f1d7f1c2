/** `bun run prove:page`: writes docs/failure-proof.md from the records of runs; `--check` only compares. */

import { existsSync, readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { STATE_DIR } from "../services/checkout"
import { checkDocs, DOCS } from "../services/made-docs"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { flag } from "../services/terminal/options"
import { UsageError, UserError } from "../services/terminal/user-error"
import { failureProofPage, PICTURES, pictureOf } from "./chart/page"
import { type ProvenRun, verdictSchema } from "./chart/proven"
import { timelineOf } from "./chart/timeline"
import { HOLDERS, PAGE, savedRuns, writeFailureProof } from "./chart/write-page"
import { recordLines } from "./checker/record-lines"

const USAGE = `Usage: bun run prove:page [FOLDER]…
       bun run prove:page --check

Writes docs/failure-proof.md, with a picture for each run, from the runs of bun run prove in these folders, or else from the last
run of each inbox. Every figure is one of their records. What it tells of a run stays in scripts/prove/results, so a run takes the
place of the one with the same inbox and leaves all others.

  --check  write nothing, and exit with 1 when the page or its pictures are not what is told there
  --help   show this`

const RUNS = join(STATE_DIR, "prove")
const RESULTS = join(import.meta.dir, "results")

await runScript(
  async () => {
    const { values, operands } = readCommandLine({
      ...{ usage: USAGE, options: { check: flag }, takesOperands: true },
    })
    if (values.check && operands.length > 0)
      throw new UsageError("--check takes no folder: it compares the page with what is saved.")
    if (values.check) return check()
    const folders = operands.length > 0 ? operands : HOLDERS.flatMap((holder) => lastRun(holder) ?? [])
    if (folders.length === 0)
      throw new UserError("There is no run yet whose page could be written: make one with `bun run prove`.")
    const runs: ProvenRun[] = []
    for (const folder of folders) runs.push(await readRun(folder))
    console.log(`Written: ${await writeFailureProof(runs, { docs: DOCS, results: RESULTS })}`)
    return 0
  },
  { failure: 1 },
)

/** A picture can't be drawn anew without its record: it must be there. @returns the exit code */
async function check(): Promise<number> {
  const runs = await savedRuns(RESULTS)
  const wanted = new Map([[PAGE, failureProofPage(runs)]])
  for (const { run } of runs) {
    const picture = Bun.file(join(DOCS, pictureOf(run)))
    wanted.set(pictureOf(run), (await picture.exists()) ? await picture.text() : "")
  }
  return checkDocs({ wanted, folder: PICTURES, command: "bun run prove:page" })
}

/** Of those that were judged. */
function lastRun(holder: string): string | undefined {
  const folders = existsSync(RUNS) ? readdirSync(RUNS) : []
  const judged = folders
    .filter((name) => name.replace(/-\d+$/, "") === holder && existsSync(join(RUNS, name, "verdict.json")))
    .map((name) => join(RUNS, name))
  return judged.sort((a, b) => judgedAt(b) - judgedAt(a))[0]
}

const judgedAt = (folder: string) => statSync(join(folder, "verdict.json")).mtimeMs

async function readRun(folder: string): Promise<ProvenRun> {
  const file = Bun.file(join(folder, "verdict.json"))
  if (!(await file.exists()))
    throw new UserError(`${folder} holds no run that was judged: there is no verdict.json.`)
  return {
    verdict: verdictSchema.parse(await file.json()),
    timeline: await timelineOf(recordLines(join(folder, "record.jsonl"))),
  }
}

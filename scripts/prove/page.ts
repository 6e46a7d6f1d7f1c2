/** `bun run prove:page`: writes docs/failure-proof.md from the records of runs. */

import { existsSync, readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { z } from "zod"
import { CHECKOUT, STATE_DIR } from "../services/checkout"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { UserError } from "../services/terminal/user-error"
import { folderName } from "./chart/ballots-in"
import type { ProvenRun } from "./chart/page"
import { timelineOf } from "./chart/timeline"
import { writeFailureProof } from "./chart/write-page"
import { recordLines } from "./checker/record-lines"
import { INBOXES } from "./record/record"

const USAGE = `Usage: bun run prove:page [FOLDER]…

Writes docs/failure-proof.md, with a picture for each run, from the runs of bun run prove in these folders, or else from the last
run of each inbox. Every figure is one of their records.

  --help   show this`

/** As their folders begin: each inbox, NATS with three servers, and stores that fail over. */
const HOLDERS = [
  ...INBOXES.map((inbox) => folderName({ inbox, nodes: 1 })),
  folderName({ inbox: "nats", nodes: 3 }),
  folderName({ inbox: "redis", nodes: 1, failover: true }),
]
const RUNS = join(STATE_DIR, "prove")

const verdictSchema = z.object({
  findings: z.array(z.object({ rule: z.string(), says: z.string() })),
  numbers: z.record(z.string(), z.number()),
})

await runScript(
  async () => {
    const { operands } = readCommandLine({ usage: USAGE, options: {}, takesOperands: true })
    const folders = operands.length > 0 ? operands : HOLDERS.flatMap((holder) => lastRun(holder) ?? [])
    if (folders.length === 0)
      throw new UserError("There is no run yet whose page could be written: make one with `bun run prove`.")
    const runs: ProvenRun[] = []
    for (const folder of folders) runs.push(await readRun(folder))
    console.log(`Written: ${await writeFailureProof(runs, join(CHECKOUT, "docs"))}`)
    return 0
  },
  { failure: 1 },
)

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

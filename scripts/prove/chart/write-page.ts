/** Writes docs/failure-proof.md, and what it is made of: what was told of each run, and the picture of it. */

import { existsSync, readdirSync } from "node:fs"
import { mkdir, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { UserError } from "../../services/terminal/user-error"
import { INBOXES } from "../record/record"
import { folderName } from "./ballots-in"
import { drawTimeline } from "./draw"
import { failureProofPage, pictureOf } from "./page"
import { type Proven, type ProvenRun, provenOf, provenSchema } from "./proven"

export const PAGE = "failure-proof.md"

/** What holds the ballots, in the order in which the page tells of it: each inbox, NATS with three servers, and stores that fail over. */
export const HOLDERS = [
  ...INBOXES.map((inbox) => folderName({ inbox, nodes: 1 })),
  folderName({ inbox: "nats", nodes: 3 }),
  folderName({ inbox: "redis", nodes: 1, failover: true }),
]

/** The folder of the docs, and the one in which stands what is told of each run. */
export type Places = { docs: string; results: string }

/** Adds runs to the page, each in the place of those that were there of the same holder. @returns where the page is */
export async function writeFailureProof(runs: readonly ProvenRun[], { docs, results }: Places) {
  const holders = new Set(runs.map(({ timeline }) => folderName(timeline.run)))
  for (const { run } of await savedRuns(results)) {
    if (!holders.has(folderName(run))) continue
    await rm(join(results, fileOf(run)))
    await rm(join(docs, pictureOf(run)), { force: true })
  }
  for (const { timeline, verdict } of runs) {
    const picture = join(docs, pictureOf(timeline.run))
    await mkdir(dirname(picture), { recursive: true })
    await Bun.write(picture, drawTimeline(timeline, verdict))
    const told = provenOf({ timeline, verdict })
    await Bun.write(join(results, fileOf(told.run)), `${JSON.stringify(told, null, 2)}\n`)
  }
  const page = join(docs, PAGE)
  await Bun.write(page, failureProofPage(await savedRuns(results)))
  return page
}

/** What is told of each run. @throws {UserError} for a file that tells something else */
export async function savedRuns(results: string): Promise<Proven[]> {
  const runs: Proven[] = []
  const names = existsSync(results) ? readdirSync(results).filter((name) => name.endsWith(".json")) : []
  for (const name of names) {
    const read = provenSchema.safeParse(
      await Bun.file(join(results, name))
        .json()
        .catch(() => null),
    )
    if (!read.success) throw new UserError(`${join(results, name)} is no run of bun run prove: remove it.`)
    runs.push(read.data)
  }
  const place = ({ run }: Proven) => HOLDERS.indexOf(folderName(run))
  return runs.sort((a, b) => place(a) - place(b) || a.run.seed - b.run.seed)
}

const fileOf = (run: Proven["run"]) => `${folderName(run)}-${run.seed}.json`

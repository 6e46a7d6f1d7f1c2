/** Writes docs/failure-proof.md with the pictures beside it. */

import { mkdir, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { drawTimeline } from "./draw"
import { failureProofPage, PICTURES, type ProvenRun, pictureOf } from "./page"

/** @param docs the folder of the docs @returns where the page is */
export async function writeFailureProof(runs: readonly ProvenRun[], docs: string): Promise<string> {
  // The pictures of runs that were on the page before.
  await rm(join(docs, PICTURES), { recursive: true, force: true })
  for (const { timeline, verdict } of runs) {
    const picture = join(docs, pictureOf(timeline.run))
    await mkdir(dirname(picture), { recursive: true })
    await Bun.write(picture, drawTimeline(timeline, verdict))
  }
  const page = join(docs, "failure-proof.md")
  await Bun.write(page, failureProofPage(runs))
  return page
}

/** A whole proof: a run, the checker's verdict, and the picture of it. */

import { mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { drawTimeline } from "./chart/draw"
import { type RunTimeline, timelineOf } from "./chart/timeline"
import { judgeRun } from "./checker/judge"
import { recordLines } from "./checker/record-lines"
import type { RunVerdict } from "./checker/verdict"
import { CLOCK, CLOCKS } from "./faults/clocks"
import { type PlanWishes, planOf } from "./faults/plan"
import { type RunPlan, runProof } from "./run"
import { canMoveClocks } from "./system/clocks"

export type ProofPlan = Pick<RunPlan, "dir" | "rate" | "tell" | "appsDir" | "appendfsync"> & {
  wishes: Omit<PlanWishes, "without">
}

export type Proof = { verdict: RunVerdict; timeline: RunTimeline }

/**
 * Runs, judges and draws. `plan.dir`, which is emptied before, then holds the record (record.jsonl), the verdict (verdict.json), the
 * picture (timeline.svg), the logs and the stores.
 */
export async function makeProof(plan: ProofPlan): Promise<Proof> {
  const { dir, tell } = plan
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  const noClocks = await canMoveClocks()
  if (noClocks !== null) tell.line(`No clock is moved: ${noClocks}`)
  const wishes = { ...plan.wishes, without: noClocks === null ? [] : [CLOCK] }
  const faults = planOf(wishes)
  const clocks = faults.some(({ fault }) => fault.name === CLOCK) ? CLOCKS : []
  tell.line(`Seed ${wishes.seed}: ${faults.length} faults in ${wishes.seconds} s. All of it stays in ${dir}`)
  const { record, system } = await runProof({ ...plan, wishes, faults, clocks })
  try {
    const verdict = await judgeRun(record, system.urls.database.adminUrl)
    const timeline = await timelineOf(recordLines(record))
    await Bun.write(join(dir, "verdict.json"), `${JSON.stringify(verdict, null, 2)}\n`)
    await Bun.write(join(dir, "timeline.svg"), drawTimeline(timeline, verdict))
    return { verdict, timeline }
  } finally {
    await system.stop()
  }
}

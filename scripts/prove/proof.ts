/** A whole proof: a run, the checker's verdict, and the picture of it. */

import { mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { drawTimeline } from "./chart/draw"
import { type RunTimeline, timelineOf } from "./chart/timeline"
import { judgeRun } from "./checker/judge"
import { recordLines } from "./checker/record-lines"
import type { RunVerdict } from "./checker/verdict"
import { CLOCK, clocksOf } from "./faults/clocks"
import { DISK_FAULTS } from "./faults/machine"
import { type PlanWishes, planOf } from "./faults/plan"
import { type RunPlan, runProof, type Tell } from "./run"
import { canMoveClocks } from "./system/clocks"
import { canOpenDisk, removeDisk } from "./system/disk"
import { diskOf } from "./system/system"

export type ProofPlan = Pick<RunPlan, "dir" | "rate" | "tell" | "appsDir" | "appendfsync"> & {
  wishes: Omit<PlanWishes, "without">
}

export type Proof = { verdict: RunVerdict; timeline: RunTimeline }

/**
 * Runs, judges and draws. `plan.dir`, which is emptied before, then holds the record (record.jsonl), the verdict (verdict.json), the
 * picture (timeline.svg), the logs, and the stores unless these had a disk of their own.
 */
export async function makeProof(plan: ProofPlan): Promise<Proof> {
  const { dir, tell } = plan
  await removeDisk(diskOf(dir))
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  const wishes = { ...plan.wishes, without: await impossible(plan.wishes, tell) }
  const faults = planOf(wishes)
  const clocks = faults.some(({ fault }) => fault.name === CLOCK) ? clocksOf(wishes) : []
  const ownDisk = faults.some(({ fault }) => DISK_FAULTS.includes(fault.name))
  tell.line(`Seed ${wishes.seed}: ${faults.length} faults in ${wishes.seconds} s. All of it stays in ${dir}`)
  const { record, system } = await runProof({ ...plan, wishes, faults, clocks, ownDisk })
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

/** The faults that this machine can't do, of those that are wished for. */
async function impossible({ only }: ProofPlan["wishes"], tell: Tell): Promise<string[]> {
  const ways = [
    { faults: [CLOCK], hindrance: canMoveClocks, says: "No clock is moved" },
    { faults: DISK_FAULTS, hindrance: canOpenDisk, says: "No power is cut, and no disk is full" },
  ]
  const without: string[] = []
  for (const { faults, hindrance, says } of ways) {
    if (only && !faults.some((name) => only.includes(name))) continue
    const why = await hindrance()
    if (why === null) continue
    tell.line(`${says}: ${why}`)
    without.push(...faults)
  }
  return without
}

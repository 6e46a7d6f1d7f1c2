/** One run: a system, its voters, viewers and host, the faults, and the time to heal. */

import { join } from "node:path"
import { receiptsToAsk } from "./checker/judge"
import { Evening } from "./crowd/evening"
import { letVote } from "./crowd/voters"
import { Executor } from "./faults/executor"
import type { Planned, PlanWishes } from "./faults/plan"
import { askReceipts, askResults, audit, untilFinal, untilReady } from "./healing"
import { randomOf } from "./random"
import type { RecordLine } from "./record/record"
import { Recorder } from "./record/recorder"
import { SHARDS } from "./system/apps"
import { sample } from "./system/sampler"
import { type System, type SystemPlan, startSystem } from "./system/system"

export type RunPlan = Omit<SystemPlan, "say" | "inbox" | "nodes" | "failover"> & {
  wishes: PlanWishes
  /** Votes a second. */
  rate: number
  faults: readonly Planned[]
  tell: Tell
}

/** What a person hears of a run. */
export type Tell = {
  /** Something happened that is worth a line. */
  line(text: string): void
  /** How far it is. */
  progress(state: Progress): void
}

export type Progress = {
  phase: string
  /** Seconds of the run, and how many it has. */
  at: number
  of: number
  ok: number
  refused: number
  unknown: number
  counted: number
  faults: number
  now: readonly string[]
}

export type RunOutcome = {
  /** Where the record is. */
  record: string
  /** Still runs, as Postgres is to be asked. */
  system: System
}

const AT_ONCE = 32
/** How long voters go on asking what became of their last choice. */
const PATIENCE_MS = 60_000
const PROGRESS_MS = 1_000

export async function runProof(plan: RunPlan): Promise<RunOutcome> {
  const { dir, tell, rate } = plan
  const {
    seed,
    seconds,
    inbox,
    harm,
    only,
    appendfsync: fsync = "always",
    nodes = 1,
    failover = false,
  } = plan.wishes
  tell.line("Starting two of each app and their stores")
  const system = await startSystem({ ...plan, inbox, nodes, failover, say: (line) => tell.line(line) })
  const record = join(dir, "record.jsonl")
  const recorder = new Recorder(record)
  const startedAt = new Date().toISOString()
  const asked = { seed, inbox, seconds, rate, harm, fsync, nodes, failover, only: only ? [...only] : null }
  recorder.write({ kind: "run", ...asked, shards: SHARDS, startedAt })
  const tally = new Progressing(recorder, seconds)
  const random = randomOf(seed + 1)
  const evening = new Evening({
    ...{ urls: system.result.map(({ url }) => url), token: system.adminToken },
    ...{ recorder, random },
  })
  await evening.begin()
  const stopSampling = sample(system, recorder)
  const [over, patience] = [new AbortController(), new AbortController()]
  const executor = new Executor(system, recorder, (line) => tell.line(line))
  const ticking = setInterval(() => tell.progress(tally.now([...executor.current])), PROGRESS_MS)

  const voting = letVote({
    ...{ urls: system.vote.map(({ url }) => url), openPolls: evening.host.openPolls, recorder, random },
    ...{ atOnce: AT_ONCE, rate, until: over.signal, patience: patience.signal },
  })
  const hosting = evening.goOn(over.signal)
  const failing = executor.execute(plan.faults, over.signal)
  await Bun.sleep(seconds * 1_000)
  over.abort()
  tally.phase = "healing"
  await failing
  setTimeout(() => patience.abort(), PATIENCE_MS)
  let fault: string | null = null
  try {
    await untilReady(system)
    await voting
    await hosting
    await evening.end()
    await untilFinal(system, tally.polls)
    tally.phase = "audit"
    await audit(system, recorder)
    await askResults(system, tally.polls, recorder)
    tally.phase = "receipts"
    recorder.flush()
    await askReceipts(system, await receiptsToAsk(record, system.urls.database.adminUrl), recorder)
  } catch (error) {
    fault = error instanceof Error ? error.message : String(error)
  }
  patience.abort()
  clearInterval(ticking)
  evening.leave()
  await stopSampling()
  recorder.write({ kind: "healed", at: recorder.now(), fault })
  recorder.end()
  return { record, system }
}

/** Counts along, for those who watch. */
class Progressing {
  phase = "faults"
  private readonly counts = { ok: 0, refused: 0, unknown: 0 }
  private counted = 0
  private faults = 0
  readonly polls: string[] = []

  constructor(
    private readonly recorder: Recorder,
    private readonly of: number,
  ) {
    recorder.onLine = (line) => this.note(line)
  }

  now(now: readonly string[]): Progress {
    const { phase, of, counts, counted, faults } = this
    return { phase, at: this.recorder.now() / 1_000, of, ...counts, counted, faults, now }
  }

  private note(line: RecordLine): void {
    if (line.kind === "call") this.counts[line.outcome]++
    else if (line.kind === "counted") this.counted = line.votes
    else if (line.kind === "fault") this.faults++
    else if (line.kind === "poll") this.polls.push(line.poll)
  }
}

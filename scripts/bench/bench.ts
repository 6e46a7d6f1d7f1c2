/** `bun run bench`: measures Tallyroom on this machine. */

import { onStopRequest } from "../services/processes/stop-request"
import { stopSupervised } from "../services/processes/supervised-process"
import { describe, UsageError, UserError } from "../services/terminal/user-error"
import { benchAccept } from "./benchmarks/accept"
import { type BenchArguments, readBenchArguments } from "./benchmarks/arguments"
import { benchBatches } from "./benchmarks/batches"
import { benchChoices } from "./benchmarks/choices"
import { benchClassic } from "./benchmarks/classic"
import { benchClickToScreen } from "./benchmarks/click-to-screen"
import { benchCount } from "./benchmarks/count"
import { benchCrowd } from "./benchmarks/crowd"
import { benchEndToEnd } from "./benchmarks/end-to-end"
import { benchInboxes } from "./benchmarks/inboxes"
import { benchJuniorEurovision } from "./benchmarks/junior-eurovision"
import { benchLiveOutcomes } from "./benchmarks/live-outcomes"
import { benchMemory } from "./benchmarks/memory"
import { benchNotify } from "./benchmarks/notify"
import { benchOutcomes } from "./benchmarks/outcomes"
import { type BenchmarkName, benchmarksOf, type Plan, planOf } from "./benchmarks/plan"
import { benchPolls } from "./benchmarks/polls"
import { benchReconnect } from "./benchmarks/reconnect"
import { benchRecordMinute } from "./benchmarks/record-minute"
import { benchReplicas } from "./benchmarks/replicas"
import { benchRetention } from "./benchmarks/retention"
import { benchSize } from "./benchmarks/size"
import { benchSteps } from "./benchmarks/steps"
import { benchTraces } from "./benchmarks/traces"
import { benchUnitCosts } from "./benchmarks/unit-costs"
import { describeMachine, machineText } from "./figures/machine"
import { blockJson, blockText, progressLine, type TellFigures } from "./figures/report"
import { type Block, keepsBound } from "./figures/rounds"
import { circumstances, loadNow } from "./saved/circumstances"
import { afterSecondTry, compare, comparedText, isKept } from "./saved/compare"
import { measureEarlier } from "./saved/earlier-commit"
import {
  expectSameMachine,
  readSaved,
  type SavedBenchmark,
  type SavedMachine,
  save,
} from "./saved/saved-file"
import { bareAnswerMicros } from "./subject/bare-server"
import { type BenchStores, startBenchStores } from "./subject/bench-stores"
import { classicFolder } from "./subject/classic"

/** Nobody needs the data of a benchmark. */
const STOP_GRACE_MS = 1_000

type Benchmark = (benchStores: BenchStores, plan: Plan, say: TellFigures) => Promise<Block>

const RUNS: Record<BenchmarkName, Benchmark[]> = {
  accept: [benchAccept],
  steps: [benchSteps],
  count: [benchCount],
  batches: [benchBatches],
  notify: [benchNotify],
  size: [benchSize],
  polls: [benchPolls],
  "end-to-end": [benchEndToEnd],
  "click-to-screen": [benchClickToScreen],
  "record-minute": [benchRecordMinute],
  "junior-eurovision": [benchJuniorEurovision],
  classic: [benchClassic],
  memory: [benchMemory],
  inboxes: [benchInboxes],
  traces: [benchTraces],
  outcomes: [benchOutcomes],
  "live-outcomes": [benchLiveOutcomes],
  retention: [benchRetention],
  choices: [benchChoices],
  crowd: [benchCrowd],
  replicas: [benchReplicas],
  reconnect: [benchReconnect],
  "unit-costs": [benchUnitCosts],
}

/** A benchmark's block, which benchmark that is, and what a bare answer cost just before. */
type Measured = Block & { of: BenchmarkName; bareMicros: number }

async function measure(given: BenchArguments): Promise<number> {
  const plan = planOf(given)
  const loadBefore = loadNow()
  const saved = await comparedTo(given)
  const names = benchmarksOf(given, plan)
  if (names.includes("classic")) classicFolder(plan.classicFolder)
  const benchStores = await startBenchStores()
  const machine = await describeMachine(benchStores)
  if (given.save !== undefined) await expectSameMachine(given.save, machine)
  console.log(`${machineText(machine)}\nrounds: ${plan.rounds}${given.quick ? ", quick" : ""}\n`)
  const measureAll = (wanted: readonly BenchmarkName[]) => blocksOf(wanted, benchStores, plan, given.ratios)
  const blocks = await measureAll(names)
  if (given.json !== undefined) {
    const benchmarks = blocks.map((block) => ({ of: block.of, ...blockJson(block) }))
    await Bun.write(given.json, JSON.stringify({ machine, plan, benchmarks }, null, 2))
  }
  if (given.save !== undefined) {
    const run = circumstances(machine, { quick: given.quick, rounds: plan.rounds, loadBefore })
    const benchmarks: SavedBenchmark[] = blocks.map(({ of: _, ...block }) => ({ ...block, run }))
    const { cpu, cores, memoryGb } = machine
    const path = await save(given.save, { machine: { cpu, cores, memoryGb }, benchmarks })
    console.log(`Saved in ${path}. \`bun run bench:page\` makes the docs anew.`)
  }
  if (!saved) return exitCode(blocks, given.strict)
  const here = { quick: given.quick, fsyncMs: machine.fsyncMs }
  return comparedWith(saved, here, blocks, measureAll)
}

/** What the ratios are compared with; null where nobody asked for that. */
async function comparedTo({
  compare,
  beside,
  quick,
  rounds,
  only,
}: BenchArguments): Promise<SavedMachine | null> {
  if (beside !== undefined && compare !== undefined)
    throw new UsageError("--compare and --beside each say what to compare with: leave one out.")
  if (beside !== undefined) {
    const words = [
      ...(quick ? ["--quick"] : []),
      ...(rounds === undefined ? [] : ["--rounds", String(rounds)]),
      ...only.flatMap((name) => ["--only", name]),
    ]
    console.log(`First ${beside}, in a checkout of its own:\n`)
    const saved = await measureEarlier(beside, words, console.log)
    console.log("\nNow this checkout:\n")
    return saved
  }
  if (compare === undefined) return null
  const saved = await readSaved(compare)
  if (!saved) throw new UserError(`Nothing was saved as ${compare}: see scripts/bench/results.`)
  return saved
}

async function blocksOf(
  names: readonly BenchmarkName[],
  benchStores: BenchStores,
  plan: Plan,
  ratios: boolean,
): Promise<Measured[]> {
  const blocks: Measured[] = []
  for (const name of names) {
    // Clicks come to screens after a time, which is no ratio.
    for (const run of RUNS[name].filter((it) => !ratios || it !== benchClickToScreen)) {
      const bareMicros = await bareAnswerMicros(plan.bareSeconds)
      const block = await run(benchStores, plan, (what, figures) =>
        console.error(progressLine(name, what, figures)),
      )
      console.log(`\n${blockText(block, bareMicros)}\n`)
      blocks.push({ ...block, of: name, bareMicros })
    }
  }
  return blocks
}

/** What was worse than it was saved is measured once more, and a check that failed made once more. @returns the exit code */
async function comparedWith(
  saved: SavedMachine,
  here: { quick: boolean; fsyncMs: number },
  blocks: Measured[],
  measureAll: (names: readonly BenchmarkName[]) => Promise<Measured[]>,
): Promise<number> {
  const first = compare(saved, blocks, here)
  console.log(`Beside ${saved.name}:\n${comparedText(first)}`)
  const isWorse = ({ name }: Measured) =>
    first.some(({ benchmark, verdict }) => benchmark === name && verdict === "worse")
  const doubtful = new Set(blocks.filter((it) => isWorse(it) || !isSound(it)).map((it) => it.of))
  if (doubtful.size === 0) return isKept(first) ? 0 : 1
  console.log(`\nOnce more: ${[...doubtful].join(", ")}\n`)
  const again = await measureAll([...doubtful])
  const second = afterSecondTry(first, compare(saved, again, here))
  console.log(`After a second try, beside ${saved.name}:\n${comparedText(second)}`)
  return isKept(second) && again.every(isSound) ? 0 : 1
}

const isSound = ({ checks }: Block) => checks.every(({ holds }) => holds)

/** A bound that is missed is a measurement; a check that fails is a fault. */
function exitCode(blocks: Block[], strict: boolean): number {
  const kept = blocks.every(({ figures }) => figures.every(keepsBound))
  return blocks.every(isSound) && (kept || !strict) ? 0 : 1
}

/** Whatever still runs belongs to a measurement that is over. */
async function end(code: number): Promise<never> {
  await stopSupervised(STOP_GRACE_MS)
  process.exit(code)
}

const given = readBenchArguments()
onStopRequest(
  () => void end(130),
  () => process.exit(130),
)
try {
  await end(await measure(given))
} catch (error) {
  console.error(describe(error))
  await end(error instanceof UsageError ? 2 : 1)
}

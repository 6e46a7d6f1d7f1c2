/** `bun run bench`: measures Tallyroom on this machine. */

import { onStopRequest } from "../services/processes/stop-request"
import { stopSupervised } from "../services/processes/supervised-process"
import { describe, UserError } from "../services/terminal/user-error"
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
import { benchReconnect } from "./benchmarks/reconnect"
import { benchRecordMinute } from "./benchmarks/record-minute"
import { benchRetention } from "./benchmarks/retention"
import { benchSize } from "./benchmarks/size"
import { benchSteps } from "./benchmarks/steps"
import { benchTraces } from "./benchmarks/traces"
import { describeMachine, machineText } from "./figures/machine"
import { blockJson, blockText, progressLine, type TellFigures } from "./figures/report"
import { type Block, keepsBound } from "./figures/rounds"
import { circumstances, loadNow } from "./saved/circumstances"
import { worseThan } from "./saved/compare"
import { expectSameMachine, readSaved, type SavedBenchmark, save } from "./saved/saved-file"
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
  reconnect: [benchReconnect],
}

/** A benchmark's block, and what a bare answer cost just before. */
type Measured = Block & { bareMicros: number }

async function measure(given: BenchArguments): Promise<number> {
  const plan = planOf(given)
  const loadBefore = loadNow()
  const compared = given.compare === undefined ? null : await readSaved(given.compare)
  if (given.compare !== undefined && !compared)
    throw new UserError(`Nothing was saved as ${given.compare}: see scripts/bench/results.`)
  const names = benchmarksOf(given.only, plan)
  if (names.includes("classic")) classicFolder(plan.classicFolder)
  const benchStores = await startBenchStores()
  const machine = await describeMachine(benchStores)
  if (given.save !== undefined) await expectSameMachine(given.save, machine)
  console.log(`${machineText(machine)}\nrounds: ${plan.rounds}${given.quick ? ", quick" : ""}\n`)
  const blocks: Measured[] = []
  for (const name of names) {
    for (const run of RUNS[name]) {
      const bareMicros = await bareAnswerMicros(plan.bareSeconds)
      const block = await run(benchStores, plan, (what, figures) =>
        console.error(progressLine(name, what, figures)),
      )
      console.log(`\n${blockText(block, bareMicros)}\n`)
      blocks.push({ ...block, bareMicros })
    }
  }
  if (given.json !== undefined) {
    await Bun.write(given.json, JSON.stringify({ machine, plan, benchmarks: blocks.map(blockJson) }, null, 2))
  }
  if (given.save !== undefined) {
    const run = circumstances(machine, { quick: given.quick, rounds: plan.rounds, loadBefore })
    const benchmarks: SavedBenchmark[] = blocks.map((block) => ({ ...block, run }))
    const { cpu, cores, memoryGb } = machine
    const path = await save(given.save, { machine: { cpu, cores, memoryGb }, benchmarks })
    console.log(`Saved in ${path}. \`bun run bench:page\` makes the docs anew.`)
  }
  const worse = compared ? worseThan(compared, blocks) : []
  for (const sentence of worse) console.error(sentence)
  return worse.length > 0 ? 1 : exitCode(blocks, given.strict)
}

/** A bound that is missed is a measurement; a check that fails is a fault. */
function exitCode(blocks: Block[], strict: boolean): number {
  const sound = blocks.every(({ checks }) => checks.every(({ holds }) => holds))
  const kept = blocks.every(({ figures }) => figures.every(keepsBound))
  return sound && (kept || !strict) ? 0 : 1
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
  await end(1)
}

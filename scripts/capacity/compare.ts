/** `bun run capacity:compare`: plays a load on this machine and compares what it takes with what the model says. */

import { describeMachine, type Machine } from "../bench/figures/machine"
import { circumstances, loadNow } from "../bench/saved/circumstances"
import { expectSameMachine, save } from "../bench/saved/saved-file"
import { bareAnswerMicros } from "../bench/subject/bare-server"
import { startBenchStores } from "../bench/subject/bench-stores"
import { onStopRequest } from "../services/processes/stop-request"
import { stopSupervised } from "../services/processes/supervised-process"
import { describe } from "../services/terminal/user-error"
import { blockOf, judge, offBy, TOLERATED } from "./compare/judgement"
import { measureStep } from "./compare/measured-step"
import { coresByModel } from "./compare/step"
import { comparisonText, verdictText } from "./compare/text"
import { liveLimits } from "./model/live-limits"
import { savedMachine } from "./model/saved-machine"
import { unitCostsOf } from "./model/unit-costs"
import { type CompareWishes, readCompareWishes } from "./wishes/compare-arguments"

const BARE_SECONDS = 1
const STOP_GRACE_MS = 1_000

/** @returns the exit code */
async function compare({ step, machine: name, isSaved }: CompareWishes): Promise<number> {
  const model = coresByModel(step, unitCostsOf(await savedMachine(name), step.method), liveLimits())
  const loadBefore = loadNow()
  const benchStores = await startBenchStores()
  const machine = await describeMachine(benchStores)
  await expectSameMachine(name, sameness(machine))
  const bareMicros = await bareAnswerMicros(BARE_SECONDS)
  console.error(`Playing ${step.seconds} s, after a few to warm up; the load was ${loadBefore.toFixed(1)}.`)
  const measured = await measureStep(benchStores, step)
  console.log(comparisonText(step, model, measured))
  if (isSaved) {
    const run = circumstances(machine, { quick: false, rounds: 1, loadBefore })
    const benchmark = { ...blockOf(step, model, measured), bareMicros, run }
    const path = await save(name, { machine: sameness(machine), benchmarks: [benchmark] })
    console.log(`Saved in ${path}. \`bun run bench:page\` and \`bun run capacity:page\` make the docs anew.`)
  }
  const { whole } = judge(model, measured)
  console.log(verdictText(whole))
  return offBy(whole) <= TOLERATED ? 0 : 1
}

const sameness = ({ cpu, cores, memoryGb }: Machine) => ({ cpu, cores, memoryGb })

/** Whatever still runs belongs to a measurement that is over. */
async function end(code: number): Promise<never> {
  await stopSupervised(STOP_GRACE_MS)
  process.exit(code)
}

const wishes = readCompareWishes()
onStopRequest(
  () => void end(130),
  () => process.exit(130),
)
try {
  await end(await compare(wishes))
} catch (error) {
  console.error(describe(error))
  await end(1)
}

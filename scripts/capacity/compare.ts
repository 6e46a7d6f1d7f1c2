/** `bun run capacity:compare`: plays a load on this machine and compares what it takes with what the model says. */

import { describeMachine } from "../bench/figures/machine"
import { shown } from "../bench/figures/wording"
import { circumstances, loadNow } from "../bench/saved/circumstances"
import { expectSameMachine, save } from "../bench/saved/saved-file"
import { bareAnswerMicros } from "../bench/subject/bare-server"
import { startBenchStores } from "../bench/subject/bench-stores"
import { onStopRequest } from "../services/processes/stop-request"
import { stopSupervised } from "../services/processes/supervised-process"
import { readCommandLine } from "../services/terminal/command-line"
import { flag, oneOf, orElse, wholeNumber } from "../services/terminal/options"
import { describe } from "../services/terminal/user-error"
import { machineName } from "./arguments"
import { blockOf, type Judged, judge, offBy, TOLERATED } from "./compare/judgement"
import { type MeasuredStep, measureStep } from "./compare/measured-step"
import { coresByModel, type Step } from "./compare/step"
import { liveLimits } from "./live-limits"
import type { Cores } from "./model/cores"
import { METHODS, unitCostsOf } from "./model/unit-costs"
import { percent } from "./printing/amounts"
import { table } from "./printing/table"
import { savedMachine } from "./saved-machine"

const USAGE = `Usage: bun run capacity:compare [--votes N] [--pages N] [--open N] [--viewers N] [--seconds N] [--method M] [--machine M] [--save]

Plays a load on this machine, with real processes and stores of its own, and prints what each part is busy with beside what
\`bun run capacity\` reckons for it. Exits with 1 when the whole is off by more than a quarter. Nothing else should run meanwhile.

  --votes N     votes a second (6,000)
  --pages N     ballot pages that are opened a second (500)
  --open N      ballot pages that are open, and ask once a second each (3,000)
  --viewers N   who watch (3,000)
  --seconds N   for how long, 60 at most (20)
  --method M    what a ballot says: ${METHODS.join(", ")} (several: three of ten options)
  --machine M   on whose measurements the model rests: a file of scripts/bench/results (two-cores)
  --save        keep the figures in that file, from which \`bun run bench:page\` and \`bun run capacity:page\` make the docs
  --help        show this`

const MOST_SECONDS = 60
const BARE_SECONDS = 1
/** So much of all cores. */
const NOTHING_LEFT = 0.95
const STOP_GRACE_MS = 1_000

function readArguments() {
  return readCommandLine({
    usage: USAGE,
    options: {
      votes: orElse(wholeNumber(1, 100_000), 6_000),
      pages: orElse(wholeNumber(1, 100_000), 500),
      open: orElse(wholeNumber(1, 1_000_000), 3_000),
      viewers: orElse(wholeNumber(1, 100_000), 3_000),
      seconds: orElse(wholeNumber(3, MOST_SECONDS), 20),
      method: orElse(oneOf(METHODS), "several"),
      machine: orElse(machineName, "two-cores"),
      save: flag,
    },
  }).values
}

async function compare({
  machine: name,
  save: isSaved,
  ...step
}: ReturnType<typeof readArguments>): Promise<number> {
  const saved = await savedMachine(name)
  const model = coresByModel(step, unitCostsOf(saved, step.method), liveLimits())
  const loadBefore = loadNow()
  const benchStores = await startBenchStores()
  const machine = await describeMachine(benchStores)
  const { cpu, cores, memoryGb } = machine
  await expectSameMachine(name, { cpu, cores, memoryGb })
  const bareMicros = await bareAnswerMicros(BARE_SECONDS)
  console.error(`Playing ${step.seconds} s, after a few to warm up.`)
  const measured = await measureStep(benchStores, step)
  console.log(comparisonText(step, model, measured))
  console.log(`  Load of the machine before: ${loadBefore.toFixed(1)}; it has ${cores} cores.`)
  if (measured.machine > cores * NOTHING_LEFT)
    console.log(
      "  The machine had nothing left, so that all waited for each other: play less, or have nothing beside it.",
    )
  if (isSaved) {
    const run = circumstances(machine, { quick: false, rounds: 1, loadBefore })
    const benchmark = { ...blockOf(step, model, measured), bareMicros, run }
    const path = await save(name, { machine: { cpu, cores, memoryGb }, benchmarks: [benchmark] })
    console.log(`Saved in ${path}. \`bun run bench:page\` and \`bun run capacity:page\` make the docs anew.`)
  }
  return verdict(judge(model, measured).whole)
}

function comparisonText(step: Step, model: Cores, measured: MeasuredStep): string {
  const { parts, whole } = judge(model, measured)
  const rows = [...parts, whole].map((it) => [
    ...[it.name, it.model.toFixed(2), it.measured.toFixed(2), shown(it.model / it.measured)],
  ])
  const others = (measured.machine - whole.measured).toFixed(2)
  return `${table(`Cores, for ${stepText(step)}`, [["", "model", "measured", "ratio"], ...rows], [1, 2, 3])}
  All else, the programs that make the load too: ${others} cores.
  Refused, and sent again: ${measured.refused}.`
}

/** Tells it. @returns the exit code */
function verdict(whole: Judged): number {
  const isKept = offBy(whole) <= TOLERATED
  const than = isKept ? "and" : "more than the"
  console.log(`The model is off by ${percent(offBy(whole))}, ${than} ${percent(TOLERATED)} are tolerated.`)
  return isKept ? 0 : 1
}

function stepText({ votes, pages, open, viewers, seconds, method }: Step): string {
  return `${votes} votes/s (${method}), ${pages} pages/s, ${open} open pages,\n${viewers} viewers, ${seconds} s`
}

/** Whatever still runs belongs to a measurement that is over. */
async function end(code: number): Promise<never> {
  await stopSupervised(STOP_GRACE_MS)
  process.exit(code)
}

const given = readArguments()
onStopRequest(
  () => void end(130),
  () => process.exit(130),
)
try {
  await end(await compare(given))
} catch (error) {
  console.error(describe(error))
  await end(1)
}

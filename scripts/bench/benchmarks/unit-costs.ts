/** Measures what a plan of capacity needs and no other benchmark tells: steady votes, pages, bytes and disks. */

import { cpuDuring } from "../../services/processes/cpu"
import { UserError } from "../../services/terminal/user-error"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import { type Block, figures, type Legend } from "../figures/rounds"
import { floodOfReads } from "../figures/wrk"
import { paceResult } from "../programs/pace"
import { startProgram } from "../programs/program"
import { readsResult } from "../programs/reads"
import { type BenchRun, type BenchStores, onFreshDatabase } from "../subject/bench-stores"
import { ballotExchanges, framed, resultsExchanges } from "../subject/exchanges"
import { NO_LIMIT } from "../subject/inbox"
import { liveTexts } from "../subject/live-poll"
import { POLL_ID } from "../subject/poll"
import { startWholePath, untilCounted, untilShown, type WholePath } from "../subject/whole-path"
import { writtenBy } from "../subject/written"
import type { Plan } from "./plan"

const PARTS = {
  vote: "vote",
  redis: "Redis",
  worker: "worker",
  postgres: "Postgres",
  result: "result",
} as const
type Part = keyof typeof PARTS
const PART_NAMES = Object.keys(PARTS) as Part[]

/** Until the code of all processes is compiled; not measured. */
const WARM_UP_SECONDS = 3
const WARM_UP_RATE = 1_000

/** What an open ballot page asks for while results are shown. */
const ASKED = `/api/polls/${POLL_ID}/tally`

const OTHERS = {
  page: { name: "CPU of a ballot page", unit: "µs", cpuOf: "a page" },
  ask: {
    name: "CPU of what an open ballot page asks each second",
    unit: "µs",
    cpuOf: "an ask",
  },
  resultsPage: { name: "CPU of a results page", unit: "µs", cpuOf: "a results page" },
  ...exchange("page", "ballot page"),
  ...exchange("files", "files of the ballot page"),
  ...exchange("vote", "vote"),
  ...exchange("ask", "what an open ballot page asks each second"),
  ...exchange("resultsPage", "results page"),
  ...exchange("resultsFiles", "files of the results page"),
  ...exchange("handshake", "a viewer's handshake and first picture"),
  picture: { name: "a picture, out", unit: "bytes" },
  votes: { name: "Postgres's disk, a vote", unit: "bytes" },
  index: { name: "of it the index, a vote", unit: "bytes" },
  wal: { name: "Postgres's WAL, a vote", unit: "bytes" },
  file: { name: "Redis's file, a vote", unit: "bytes" },
} satisfies Legend<string>
type Other = keyof typeof OTHERS

function exchange<Name extends string>(name: Name, words: string) {
  const direction = (way: "in" | "out") => ({ name: `${words}, ${way}`, unit: "bytes" })
  return { [`${name}In`]: direction("in"), [`${name}Out`]: direction("out") } as Legend<
    `${Name}In` | `${Name}Out`
  >
}

/** Beside the questions of open ballot pages vote has more to do at once, so that more ballots go to Redis together. */
type Beside = "alone" | "beside asks"
type Steady = `${number} ${Part} ${Beside}`
type SteadyPlan = Pick<Plan, "steadyRates" | "steadyAsks">

/** The CPU of a part at a rate of votes; at 0 nobody votes. */
function steadyLegend({ steadyRates, steadyAsks }: SteadyPlan): Legend<Steady> {
  const besides: Record<Beside, string> = {
    alone: "",
    "beside asks": ` beside ${inWords(steadyAsks)} asks/s`,
  }
  const entries = [0, ...steadyRates].flatMap((rate) =>
    Object.entries(besides).flatMap(([beside, words]) =>
      PART_NAMES.map((part) => {
        const name = `${inWords(rate)} votes/s${words}: ${PARTS[part]}`
        return [`${rate} ${part} ${beside}`, { name, unit: "of a core" }]
      }),
    ),
  )
  return Object.fromEntries(entries)
}

const inWords = (count: number) => count.toLocaleString("en-GB")

export function unitCostsLegend(plan: SteadyPlan): Legend<Steady | Other> {
  return { ...steadyLegend(plan), ...OTHERS }
}

export async function benchUnitCosts(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  const legend = unitCostsLegend(plan)
  const rounds = await measureRounds(plan.rounds, legend, say, () =>
    onFreshDatabase(benchStores, (run) => unitRound(run, plan)),
  )
  return {
    name: "unit costs",
    about: `votes at each steady rate for ${plan.steadySeconds} s, alone and beside what open pages ask, one viewer; then wrk reads each page for ${plan.readSeconds} s`,
    figures: figures(legend, rounds),
    checks: [],
  }
}

type Round = Record<Steady | Other, number>

async function unitRound(run: BenchRun, plan: Plan): Promise<Round> {
  const path = await startWholePath(run, NO_LIMIT)
  const steady = await steadyCores(run, path, plan)
  const cpu = await cpuOfReads(path, plan)
  return { ...steady, ...cpu, ...(await bytes(path)) }
}

/** One rate after the other, and what all their votes left on the disks. */
async function steadyCores(run: BenchRun, path: WholePath, plan: Plan) {
  const cores = {} as Record<Steady, number>
  await loadedBy(run, path, { votes: WARM_UP_RATE, asks: plan.steadyAsks, seconds: WARM_UP_SECONDS })
  const idle = await idleCores(path, plan)
  const before = await writtenBy(run)
  for (const votes of [0, ...plan.steadyRates]) {
    for (const [beside, asks] of [
      ["alone", 0],
      ["beside asks", plan.steadyAsks],
    ] as const) {
      const isIdle = votes + asks === 0
      const used = isIdle ? idle : await coresUnder(run, path, plan, { votes, asks, idle })
      for (const part of PART_NAMES) cores[`${votes} ${part} ${beside}`] = used[part]
    }
  }
  const after = await writtenBy(run)
  const votes = after.count - before.count
  const each = (name: "votes" | "index" | "wal" | "file") => (after[name] - before[name]) / votes
  return { ...cores, votes: each("votes"), index: each("index"), wal: each("wal"), file: each("file") }
}

async function idleCores({ pids }: WholePath, { steadySeconds }: Plan): Promise<Record<Part, number>> {
  const { cpu } = await cpuDuring(pids, () => Bun.sleep(steadySeconds * 1_000))
  return eachPart((part) => cpu[part] / steadySeconds)
}

/** A second. */
type Load = { votes: number; asks: number }

/** Votes and questions come for so long, and all votes are counted and shown; what that takes longer is told apart, as it is idle. */
async function coresUnder(
  run: BenchRun,
  path: WholePath,
  { steadySeconds }: Plan,
  { votes, asks, idle }: Load & { idle: Record<Part, number> },
): Promise<Record<Part, number>> {
  const from = performance.now()
  const { cpu } = await cpuDuring(path.pids, () =>
    loadedBy(run, path, { votes, asks, seconds: steadySeconds }),
  )
  const longer = (performance.now() - from) / 1_000 - steadySeconds
  return eachPart((part) => Math.max(0, cpu[part] - idle[part] * longer) / steadySeconds)
}

/** Until all votes are counted and shown. */
async function loadedBy(
  run: BenchRun,
  path: WholePath,
  { votes, asks, seconds }: Load & { seconds: number },
): Promise<void> {
  const start = (file: string, input: object) => {
    const program = startProgram(file, input)
    run.stores.defer(() => program.stop(0))
    return program
  }
  const url = path.voteUrl
  const pace = votes > 0 && start("pace.ts", { url, rate: votes, seconds })
  const reads = asks > 0 && start("reads.ts", { url, path: ASKED, rate: asks, seconds })
  if (pace) paceResult.parse(await pace.result)
  if (reads) readsResult.parse(await reads.result)
  await untilCounted(path)
  await untilShown(path)
}

function eachPart(of: (part: Part) => number): Record<Part, number> {
  return Object.fromEntries(PART_NAMES.map((part) => [part, of(part)])) as Record<Part, number>
}

async function cpuOfReads({ pids, voteUrl, resultUrl }: WholePath, { readSeconds }: Plan) {
  const micros = async (pid: number, url: string) => {
    await floodOfReads(url, WARM_UP_SECONDS)
    const { result, cpu } = await cpuDuring({ pid }, () => floodOfReads(url, readSeconds))
    if (result.accepted === 0) throw new UserError(`${url} was not answered once in ${readSeconds} s.`)
    return (cpu.pid * 1e6) / result.accepted
  }
  return {
    page: await micros(pids.vote, `${voteUrl}/`),
    ask: await micros(pids.vote, `${voteUrl}${ASKED}`),
    resultsPage: await micros(pids.result, `${resultUrl}/`),
  }
}

async function bytes({ voteUrl, resultUrl }: WholePath) {
  const ballot = await ballotExchanges(voteUrl, ASKED)
  const results = await resultsExchanges(resultUrl)
  const { numbers } = await liveTexts(voteUrl, resultUrl)
  return {
    ...{ pageIn: ballot.page.in, pageOut: ballot.page.out },
    ...{ filesIn: ballot.files.in, filesOut: ballot.files.out },
    ...{ voteIn: ballot.vote.in, voteOut: ballot.vote.out },
    ...{ askIn: ballot.ask.in, askOut: ballot.ask.out },
    ...{ resultsPageIn: results.page.in, resultsPageOut: results.page.out },
    ...{ resultsFilesIn: results.files.in, resultsFilesOut: results.files.out },
    ...{ handshakeIn: results.handshake.in, handshakeOut: results.handshake.out },
    picture: framed(numbers),
  }
}

/** How many form votes we take a second beside the classic, by the load generators that people use on it, while each vote is counted and shown. */

import { cpuDuring } from "../../services/processes/cpu"
import { ensureTools } from "../../services/tools/tools"
import { floodByAb } from "../figures/ab"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import { alternating, type Block, type Check, figures, type Legend } from "../figures/rounds"
import { type Flood, flood, visit } from "../figures/wrk"
import { type BareServer, startBareServer } from "../subject/bare-server"
import { type BenchRun, type BenchStores, onFreshDatabase } from "../subject/bench-stores"
import { type Classic, classicFolder, startClassic } from "../subject/classic"
import { CLASSIC_FORM } from "../subject/poll"
import { auditWhole, startWholePath, untilCounted, untilShown, type WholePath } from "../subject/whole-path"
import type { Plan } from "./plan"

/** Four processes of Python make one page each; we answer a line, and count, besides. */
const TO_CLASSIC = { kind: "at least", value: 40 } as const

/** As little as lets the slowest part set the pace. */
const BACKLOG_LIMIT = 20_000
const WARM_UP_SECONDS = 2
/** What the page says after a vote, there and here. */
const SAYS = { classic: 'var vote = "a"', ours: "Your vote is in" }

const LEGEND = {
  wrkClassic: { name: "wrk, the classic", unit: "votes/s" },
  wrkOurs: { name: "wrk, ours", unit: "votes/s" },
  wrkRatio: { name: "wrk, ours to the classic", unit: "", bound: TO_CLASSIC, isOfRates: true },
  abClassic: { name: "ab, the classic", unit: "votes/s" },
  abOurs: { name: "ab, ours", unit: "votes/s" },
  abRatio: { name: "ab, ours to the classic", unit: "" },
  abBare: { name: "ab, a bare server", unit: "answers/s" },
  visitClassic: { name: "browsers, the classic", unit: "voters/s" },
  visitOurs: { name: "browsers, ours", unit: "voters/s" },
  visitRatio: { name: "browsers, ours to the classic", unit: "" },
  refusedClassic: { name: "refused, the classic", unit: "votes" },
  refusedOurs: { name: "refused, ours", unit: "votes" },
  cpuClassic: {
    name: "CPU of a vote by wrk, the classic's vote app and Redis",
    unit: "µs",
    cpuOf: "classic",
  },
  cpuOurs: { name: "CPU of a vote by wrk, all five of ours", unit: "µs", cpuOf: "ours" },
  cpuRatio: { name: "CPU of a vote by wrk, the classic's to ours", unit: "" },
  cpuVote: { name: "CPU of a vote by wrk, our vote process alone", unit: "µs", cpuOf: "form" },
  cpuVisit: { name: "CPU of a browser's vote, our vote process alone", unit: "µs", cpuOf: "visit" },
} satisfies Legend<string>

type Sides = { run: BenchRun; ours: WholePath; classic: Classic; bare: BareServer; seconds: number }

export function benchClassic(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  const folder = classicFolder(plan.classicFolder)
  return onFreshDatabase(benchStores, async (run) => {
    await ensureTools(["ab", "wrk"])
    const classic = await startClassic(run, folder)
    const bare = await startBareServer()
    run.stores.defer(bare.stop)
    const ours = await startWholePath(run, BACKLOG_LIMIT)
    for (const url of [classic.url, ours.voteUrl]) await flood(url, WARM_UP_SECONDS, CLASSIC_FORM)
    await untilCounted(ours)
    const sides = { run, ours, classic, bare, seconds: plan.classicSeconds }
    const rounds = await measureRounds(plan.rounds, LEGEND, say, (i) => classicRound(sides, i))
    return {
      name: "the classic",
      about: `form votes over as many connections for ${plan.classicSeconds} s a side and way, ours with all apps and stores, the classic's vote app and Redis alone; ${classic.version}`,
      figures: figures(LEGEND, rounds),
      checks: await checksOf(sides),
    }
  })
}

async function classicRound(sides: Sides, i: number) {
  const { run, bare, seconds } = sides
  const wrk = await onBoth(sides, i, (url) => flood(url, seconds, CLASSIC_FORM))
  const ab = await onBoth(sides, i, (url) => floodByAb(url, seconds, CLASSIC_FORM, run.dir))
  const abBare = await floodByAb(bare.url, seconds, CLASSIC_FORM, run.dir)
  const visits = await onBoth(sides, i, (url, says) => visit(url, seconds, says))
  const each = (cpu: number, { accepted }: Flood) => (cpu * 1e6) / accepted
  const cpuClassic = each(wrk.classicCpu.vote + wrk.classicCpu.redis, wrk.classic)
  const cpuOurs = each(sumOf(Object.values(wrk.oursCpu)), wrk.ours)
  return {
    ...{ wrkClassic: rate(wrk.classic), wrkOurs: rate(wrk.ours), wrkRatio: ratio(wrk) },
    ...{ abClassic: rate(ab.classic), abOurs: rate(ab.ours), abRatio: ratio(ab), abBare: rate(abBare) },
    ...{ visitClassic: rate(visits.classic), visitOurs: rate(visits.ours), visitRatio: ratio(visits) },
    ...{ cpuClassic, cpuOurs, cpuRatio: cpuClassic / cpuOurs },
    ...{ cpuVote: each(wrk.oursCpu.vote, wrk.ours), cpuVisit: each(visits.oursCpu.vote, visits.ours) },
    refusedOurs: sumOf([wrk, ab, visits].map(({ ours }) => ours.refused)),
    refusedClassic: sumOf([wrk, ab, visits].map(({ classic }) => classic.refused)),
  }
}

/** One way of voting on both sides, with the seconds of CPU that their processes took for it; ours until everything is counted. */
async function onBoth(
  { ours, classic }: Sides,
  i: number,
  vote: (url: string, says: string) => Promise<Flood>,
) {
  const [there, here] = await alternating(
    i,
    () => cpuDuring(classic.pids, () => vote(classic.url, SAYS.classic)),
    () =>
      cpuDuring(ours.pids, async () => {
        const flooded = await vote(ours.voteUrl, SAYS.ours)
        await untilCounted(ours)
        return flooded
      }),
  )
  return { classic: there.result, classicCpu: there.cpu, ours: here.result, oursCpu: here.cpu }
}

const rate = ({ accepted, seconds }: Flood) => accepted / seconds
const ratio = ({ ours, classic }: { ours: Flood; classic: Flood }) => rate(ours) / rate(classic)
const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)

async function checksOf({ run, ours }: Sides): Promise<Check[]> {
  const counted = await untilShown(ours)
  const { faults } = await auditWhole(run, ours)
  return [{ name: "the books balanced", holds: faults === 0, seen: `faults: ${faults}, votes: ${counted}` }]
}

/** Measures how long this machine takes for as many votes as were ever told of one minute, each counted once and audited. */

import { cpuDuring } from "../../services/processes/cpu"
import { CPU_OF_VOTES, cpuOfMillion } from "../figures/cpu-of-votes"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import { alternating, type Block, type Check, figures, type Legend } from "../figures/rounds"
import { flood } from "../figures/wrk"
import { floodBare, startBareServer } from "../subject/bare-server"
import { type BenchRun, type BenchStores, onFreshDatabase } from "../subject/bench-stores"
import { acceptedCount } from "../subject/inbox"
import { auditWhole, startWholePath, untilCounted, untilShown, type WholePath } from "../subject/whole-path"
import type { Plan } from "./plan"

/** Votes in a minute, Big Brother Brasil, 23 March 2021: docs/benchmarks.md has the source. */
const RECORD = 2_988_000
/** 2.5 cores for a minute, where a bare answer takes 5.9 µs, are so many bare answers a vote. */
const CPU_TO_BARE = { kind: "at most", value: 8.5 } as const

/** As little as lets the slowest part set the pace. */
const BACKLOG_LIMIT = 20_000
const BARE_SECONDS = 3
const WARM_UP_SECONDS = 2

const LEGEND = {
  bare: { name: "as many bare answers", unit: "s", side: "limit" },
  whole: { name: "the record's votes, counted and on screen", unit: "s", side: "ours" },
  audit: { name: "auditing the votes of a round", unit: "s" },
  cores: { name: "cores for the record in a minute", unit: "of this machine" },
  ratio: { name: "CPU of a counted vote to that of bare", unit: "", bound: CPU_TO_BARE },
  ...CPU_OF_VOTES,
} satisfies Legend<string>

export async function benchRecordMinute(
  benchStores: BenchStores,
  plan: Plan,
  say: TellFigures,
): Promise<Block> {
  const rounds = await measureRounds(plan.rounds, LEGEND, say, (i) =>
    onFreshDatabase(benchStores, (run) => recordRound(run, plan, i)),
  )
  const cast = rounds.map(({ counted }) => counted)
  const scaled = Math.min(...cast) < RECORD ? `, and times told for ${RECORD} at that pace` : ""
  return {
    name: "the record minute",
    about: `wrk votes until ${plan.recordVotes} are accepted (${cast.join(", ")} were)${scaled}; cores without those of wrk`,
    figures: figures(LEGEND, rounds),
    checks: checksOf(rounds),
  }
}

type RecordRound = Awaited<ReturnType<typeof recordRound>>

function checksOf(rounds: RecordRound[]): Check[] {
  const check = (
    name: string,
    holds: (round: RecordRound) => boolean,
    seen: (round: RecordRound) => string,
  ) => ({
    ...{ name, holds: rounds.every(holds), seen: rounds.map(seen).join(", ") },
  })
  return [
    check(
      "each accepted vote was counted once, and is a row of its own",
      (it) => it.accepted === it.all && it.rows === it.all,
      (it) => `${it.accepted} accepted, ${it.all} counted, ${it.rows} rows`,
    ),
    check(
      "the books balanced",
      (it) => it.faults === 0,
      (it) => `faults: ${it.faults}`,
    ),
  ]
}

async function recordRound(run: BenchRun, plan: Plan, i: number) {
  const bareServer = await startBareServer()
  run.stores.defer(bareServer.stop)
  const path = await startWholePath(run, BACKLOG_LIMIT)
  const [ours, bare] = await alternating(
    i,
    () => castAll(run, path, plan.recordVotes),
    () => floodBare(bareServer, BARE_SECONDS),
  )
  const auditFrom = performance.now()
  const { books, faults } = await auditWhole(run, path)
  const audit = (performance.now() - auditFrom) / 1_000
  const { seconds, counted, cpu } = ours
  const cpuOfVote = Object.values(cpu).reduce((sum, used) => sum + used, 0) / counted
  return {
    ...{ bare: RECORD / bare.rate, whole: (seconds * RECORD) / counted, audit },
    ...{ cores: (cpuOfVote * RECORD) / 60, ratio: (cpuOfVote * 1e6) / bare.cpu },
    ...cpuOfMillion(cpu, counted),
    counted,
    ...{ accepted: books?.accepted ?? 0, all: books?.counted ?? 0, rows: books?.recount ?? 0, faults },
  }
}

/** From the first vote until each is counted by Postgres and a viewer's screen shows the total. */
async function castAll(run: BenchRun, path: WholePath, votes: number) {
  const warm = await flood(path.voteUrl, WARM_UP_SECONDS)
  await untilCounted(path)
  const before = await untilShown(path)
  const { result: seconds, cpu } = await cpuDuring(path.pids, async () => {
    const from = performance.now()
    await floodUntil(run, path.voteUrl, before + votes, warm.accepted / warm.seconds)
    await untilCounted(path)
    await untilShown(path)
    return (performance.now() - from) / 1_000
  })
  return { seconds, counted: (await path.watch.counted()) - before, cpu }
}

/** wrk runs for a time and not for a number: so it runs for as long as the rest should take, until nothing is left. */
async function floodUntil(run: BenchRun, url: string, total: number, firstRate: number): Promise<void> {
  let rate = firstRate
  for (;;) {
    const left = total - (await acceptedCount(run.redis))
    if (left <= 0) return
    const { accepted, seconds } = await flood(url, Math.max(1, Math.ceil(left / rate)))
    rate = Math.max(1, accepted / seconds)
  }
}

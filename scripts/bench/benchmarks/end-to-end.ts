/**
 * Measures what a whole Tallyroom sustains, with votes accepted, counted and shown, beside what accepting alone does.
 */

import { startVoteProcess } from "../../services/apps/start-apps"
import { cpuDuring } from "../../services/processes/cpu"
import { CPU_OF_VOTES, cpuOfMillion } from "../figures/cpu-of-votes"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import { alternating, type Block, figures, type Legend } from "../figures/rounds"
import { flood } from "../figures/wrk"
import { type BenchRun, type BenchStores, emptyRedis, onFreshDatabase } from "../subject/bench-stores"
import { NO_LIMIT, openInbox } from "../subject/inbox"
import { auditWhole, startWholePath, untilCounted, untilShown } from "../subject/whole-path"
import type { Plan } from "./plan"

/** Worker, Postgres and result share the machine with vote: half of what vote accepts alone is left for each. */
const SUSTAINED_TO_ALONE = { kind: "at least", value: 0.5 } as const

/** The backlog is so small that the flood soon goes at the pace of the slowest part. */
const BACKLOG_LIMIT = 20_000
const WARM_UP_SECONDS = 3

const LEGEND = {
  alone: { name: "accepting alone", unit: "votes/s", side: "limit" },
  sustained: { name: "counted by Postgres", unit: "votes/s", side: "ours" },
  ratio: { name: "counted to accepted alone", unit: "", bound: SUSTAINED_TO_ALONE, isOfRates: true },
  refused: { name: "refused with 503", unit: "votes/s" },
  backlog: { name: "highest backlog", unit: "ballots" },
  ...CPU_OF_VOTES,
} satisfies Legend<string>

type EndToEnd = Awaited<ReturnType<typeof wholeRound>> & { alone: number; ratio: number }

export async function benchEndToEnd(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  const rounds = await measureRounds(plan.rounds, LEGEND, say, async (i) => {
    const [whole, alone] = await alternating(
      i,
      () => onFreshDatabase(benchStores, (run) => wholeRound(run, plan)),
      () => onFreshDatabase(benchStores, (run) => aloneRound(run, plan)),
    )
    return { alone, ...whole, ratio: whole.sustained / alone }
  })
  const every = (name: string, holds: (round: EndToEnd) => boolean, seen: string) => ({
    ...{ name, seen },
    holds: rounds.every(holds),
  })
  return {
    name: "end to end",
    about: `wrk votes as fast as it can for ${plan.floodSeconds} s, the first ${WARM_UP_SECONDS} s not measured; at most ${BACKLOG_LIMIT} ballots may wait`,
    figures: figures(LEGEND, rounds),
    checks: [
      every(
        "the backlog never passed its limit",
        (it) => it.backlog <= BACKLOG_LIMIT,
        list(rounds, "backlog"),
      ),
      every(
        "a viewer's last total was that of Postgres",
        (it) => it.seen === it.counted,
        list(rounds, "seen"),
      ),
      every("the books balanced", (it) => it.faults === 0, list(rounds, "faults")),
    ],
  }
}

function list<Name extends string>(rounds: Record<Name, number>[], name: Name): string {
  return `${name}: ${rounds.map((round) => round[name]).join(", ")}`
}

/** The same flood into an inbox that nobody reads. */
async function aloneRound(run: BenchRun, plan: Plan): Promise<number> {
  await emptyRedis(run.redis)
  await openInbox(run.redis)
  const vote = await startVoteProcess(run.stores, { BACKLOG_LIMIT: String(NO_LIMIT) })
  await flood(vote.url, WARM_UP_SECONDS)
  const { accepted, seconds } = await flood(vote.url, plan.floodSeconds - WARM_UP_SECONDS)
  return accepted / seconds
}

async function wholeRound(run: BenchRun, plan: Plan) {
  const path = await startWholePath(run, BACKLOG_LIMIT)
  const { watch, voteUrl } = path
  const { result: summary, cpu } = await cpuDuring(path.pids, async () => {
    await flood(voteUrl, WARM_UP_SECONDS)
    const measured = await watch.during(() => flood(voteUrl, plan.floodSeconds - WARM_UP_SECONDS))
    await untilCounted(path)
    return { ...measured, refused: measured.result.refused / measured.result.seconds }
  })
  const counted = await untilShown(path)
  const { faults } = await auditWhole(run, path)
  return {
    ...{ sustained: summary.rate, refused: summary.refused, backlog: watch.highestBacklog, counted },
    ...cpuOfMillion(cpu, counted),
    ...{ seen: watch.total, faults },
  }
}

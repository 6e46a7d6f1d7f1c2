/** How fast one vote process accepts votes, beside the least that an HTTP server can do. */

import { startVoteProcess } from "../../services/apps/start-apps"
import { cpuDuring } from "../../services/processes/cpu"
import { UserError } from "../../services/terminal/user-error"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import { alternating, type Block, type Check, figures, type Legend, median } from "../figures/rounds"
import { flood, UNDER_WAY } from "../figures/wrk"
import { paceResult } from "../programs/pace"
import { startProgram } from "../programs/program"
import { type BareServer, floodBare, startBareServer } from "../subject/bare-server"
import { type BenchRun, type BenchStores, emptyRedis, onFreshDatabase } from "../subject/bench-stores"
import { acceptedCount, NO_LIMIT, openInbox } from "../subject/inbox"
import type { VoteRequest } from "../subject/poll"
import type { Plan } from "./plan"

/** Accepting makes three HMACs and waits for two processes and a disk; more than this is waste. */
const ACCEPTED_TO_BARE = { kind: "at least", value: 0.18 } as const
const CPU_TO_BARE = { kind: "at most", value: 7 } as const
/** Below this, nobody feels that an answer takes time. */
const P99_AT_HALF_LOAD_MS = { kind: "below", value: 20 } as const

const WARM_UP_SECONDS = 2

const LEGEND = {
  bare: { name: "a bare server", unit: "answers/s", side: "limit" },
  accepted: { name: "one vote process", unit: "votes/s", side: "ours" },
  ratio: { name: "accepted votes to bare answers", unit: "", bound: ACCEPTED_TO_BARE, isOfRates: true },
  bareCpu: { name: "CPU of a bare answer", unit: "µs" },
  voteCpu: { name: "CPU of an accepted vote, vote", unit: "µs", cpuOf: "vote" },
  redisCpu: { name: "CPU of an accepted vote, Redis", unit: "µs", cpuOf: "Redis" },
  cpuRatio: { name: "CPU of vote and Redis to that of bare", unit: "", bound: CPU_TO_BARE },
} satisfies Legend<string>

const PACE_LEGEND = {
  p50: { name: "half load, p50", unit: "ms", side: "ours" },
  p99: { name: "half load, p99", unit: "ms", side: "ours", bound: P99_AT_HALF_LOAD_MS },
} satisfies Legend<string>

export function benchAccept(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  return onFreshDatabase(benchStores, async (run) => {
    await openInbox(run.redis)
    const bare = await startBareServer()
    run.stores.defer(bare.stop)
    const vote = await startVoteProcess(run.stores, { BACKLOG_LIMIT: String(NO_LIMIT) })
    await flood(bare.url, WARM_UP_SECONDS)
    await flood(vote.url, WARM_UP_SECONDS)

    const sides = { bare, vote: { url: vote.url, pid: vote.app.pid } }
    const rounds = await measureRounds(plan.rounds, LEGEND, say, (i) => floodRound(run, plan, i, sides))
    const rate = Math.round(median(rounds.map(({ accepted }) => accepted)) / 2)
    const sayHalf: TellFigures = (round, told) => say(`half load, ${round}`, told)
    const paced = await measureRounds(plan.rounds, PACE_LEGEND, sayHalf, () =>
      pacedRound(run, plan, vote.url, rate),
    )
    return {
      name: "accept",
      about: `wrk votes as fast as it can for ${plan.acceptSeconds} s a side and round; half load is ${rate} votes/s`,
      figures: [...figures(LEGEND, rounds), ...figures(PACE_LEGEND, paced)],
      checks: [noneRefused("at full speed", rounds), noneRefused("at half load", paced)],
    }
  })
}

export function noneRefused(when: string, rounds: { refused: number }[]): Check {
  const refused = rounds.map((round) => round.refused)
  return {
    name: `no vote was refused ${when}`,
    holds: refused.every((n) => n === 0),
    seen: `refused: ${refused.join(", ")}`,
  }
}

type Side = { url: string; pid: number }

async function floodRound(run: BenchRun, plan: Plan, i: number, sides: { bare: BareServer; vote: Side }) {
  await reopen(run)
  const [bare, vote] = await alternating(
    i,
    () => floodBare(sides.bare, plan.acceptSeconds),
    () => floodVote(run, sides.vote, plan.acceptSeconds),
  )
  return {
    ...{ bare: bare.rate, accepted: vote.rate, ratio: vote.rate / bare.rate },
    ...{ bareCpu: bare.cpu, voteCpu: vote.cpu, redisCpu: vote.redisCpu, refused: vote.refused },
    cpuRatio: (vote.cpu + vote.redisCpu) / bare.cpu,
  }
}

/**
 * Redis's own counters confirm what wrk was told. A vote that was refused may still have been accepted.
 * @param asked in another poll than the classic one
 */
export async function floodVote(
  { redis, redisPid }: BenchRun,
  { url, pid }: Side,
  seconds: number,
  asked?: VoteRequest & { poll: string },
) {
  const before = await acceptedCount(redis, asked?.poll)
  const { result, cpu } = await cpuDuring({ vote: pid, redis: redisPid }, () => flood(url, seconds, asked))
  const { accepted, refused } = result
  const counted = (await acceptedCount(redis, asked?.poll)) - before
  if (counted < accepted || counted > accepted + refused + UNDER_WAY) {
    throw new UserError(`wrk was told that ${accepted} votes were accepted, but Redis counts ${counted}.`)
  }
  return {
    ...{ rate: accepted / result.seconds, refused },
    ...{ cpu: micros(cpu.vote, accepted), redisCpu: micros(cpu.redis, accepted) },
  }
}

async function pacedRound(run: BenchRun, plan: Plan, url: string, rate: number) {
  await reopen(run)
  const pace = startProgram("pace.ts", { url, rate, seconds: plan.acceptSeconds })
  run.stores.defer(() => pace.stop(0))
  return paceResult.parse(await pace.result)
}

export async function reopen({ redis }: BenchRun): Promise<void> {
  await emptyRedis(redis)
  await openInbox(redis)
}

function micros(cpuSeconds: number, requests: number): number {
  return (cpuSeconds * 1e6) / requests
}

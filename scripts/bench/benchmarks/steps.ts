/** Where the CPU of an accepted vote goes: the vote app up to each of its steps, one beside the other. */

import { z } from "zod"
import { startVoteProcess } from "../../services/apps/start-apps"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import { type Block, figures, type Legend, takingTurns } from "../figures/rounds"
import { flood } from "../figures/wrk"
import { startProgram } from "../programs/program"
import { type BareServer, floodBare, startBareServer } from "../subject/bare-server"
import { type BenchRun, type BenchStores, onFreshDatabase } from "../subject/bench-stores"
import { NO_LIMIT, openInbox } from "../subject/inbox"
import { STEPS, type Step } from "../subject/vote-steps"
import { floodVote, noneRefused, reopen } from "./accept"
import type { Plan } from "./plan"

const WARM_UP_SECONDS = 2

const LEGEND = {
  bare: { name: "CPU of a bare answer", unit: "µs" },
  answer: { name: "with a vote's headers and its cookie", unit: "µs", cpuOf: "step" },
  route: { name: "and Elysia's route", unit: "µs", cpuOf: "step" },
  ballot: { name: "and the ballot read and validated", unit: "µs", cpuOf: "step" },
  voter: { name: "and visitor, voter and receipt", unit: "µs", cpuOf: "step" },
  inbox: { name: "and the ballot appended to the inbox", unit: "µs", cpuOf: "step" },
  vote: { name: "the vote app", unit: "µs", cpuOf: "vote" },
  redis: { name: "beside it, Redis", unit: "µs", cpuOf: "Redis" },
} satisfies Legend<string>

type Side = "bare" | Step | "vote"
const SIDES: readonly Side[] = ["bare", ...STEPS, "vote"]
/** Those whose votes Redis must have. */
const CASTING: ReadonlySet<Side> = new Set(["inbox", "vote"])

export function benchSteps(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  return onFreshDatabase(benchStores, async (run) => {
    await openInbox(run.redis)
    const servers = await startServers(run)
    for (const { url } of Object.values(servers)) await flood(url, WARM_UP_SECONDS)
    const rounds = await measureRounds(plan.rounds, LEGEND, say, (i) => stepsRound(run, plan, i, servers))
    return {
      name: "steps",
      about: `wrk sends votes as fast as it can for ${plan.acceptSeconds} s to each of ${SIDES.length} servers and in each round; no worker runs`,
      figures: figures(LEGEND, rounds),
      checks: [noneRefused("at full speed", rounds)],
    }
  })
}

async function startServers({ stores }: BenchRun): Promise<Record<Side, BareServer>> {
  const bare = await startBareServer()
  stores.defer(bare.stop)
  const steps: [Side, BareServer][] = []
  for (const step of STEPS) {
    const program = startProgram("steps.ts", { step, redisUrl: stores.redis.voteUrl })
    stores.defer(() => program.stop(0))
    const { url } = z.object({ url: z.string() }).parse(await program.ready)
    steps.push([step, { url, pid: program.pid, stop: () => program.stop(0) }])
  }
  const vote = await startVoteProcess(stores, { BACKLOG_LIMIT: String(NO_LIMIT) })
  const votes = { url: vote.url, pid: vote.app.pid, stop: () => vote.app.stop(0) }
  return Object.fromEntries([["bare", bare], ...steps, ["vote", votes]]) as Record<Side, BareServer>
}

async function stepsRound(run: BenchRun, plan: Plan, i: number, servers: Record<Side, BareServer>) {
  let redis = 0
  let refused = 0
  const cpu = await takingTurns(i, SIDES, async (side) => {
    if (!CASTING.has(side)) return (await floodBare(servers[side], plan.acceptSeconds)).cpu
    await reopen(run)
    const voted = await floodVote(run, servers[side], plan.acceptSeconds)
    if (side === "vote") redis = voted.redisCpu
    refused += voted.refused
    return voted.cpu
  })
  return { ...cpu, redis, refused }
}

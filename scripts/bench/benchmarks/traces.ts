/** What traces cost the vote process: off, with one ballot in a hundred sampled, and with all. */

import { z } from "zod"
import { startVoteProcess } from "../../services/apps/start-apps"
import { residentMb } from "../../services/processes/cpu"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import { type Block, figures, type Legend } from "../figures/rounds"
import { flood } from "../figures/wrk"
import { startProgram } from "../programs/program"
import { type BenchRun, type BenchStores, onFreshDatabase } from "../subject/bench-stores"
import { NO_LIMIT, openInbox } from "../subject/inbox"
import { floodVote, noneRefused, reopen } from "./accept"
import type { Plan } from "./plan"

const WARM_UP_SECONDS = 2

/** `again` is a second process of the first kind: by how much these two differ nothing can be told. */
const KINDS = ["off", "again", "sampled", "all"] as const
type Kind = (typeof KINDS)[number]

const LEGEND = {
  off: { name: "off", unit: "votes/s" },
  againRatio: { name: "off to off, in another process", unit: "" },
  sampledRatio: { name: "one in a hundred sampled to off", unit: "" },
  allRatio: { name: "all sampled to off", unit: "" },
  offCpu: { name: "CPU of an accepted vote, off", unit: "µs" },
  againCpu: { name: "the same in another process", unit: "µs" },
  sampledCpu: { name: "one in a hundred sampled", unit: "µs" },
  allCpu: { name: "all sampled", unit: "µs" },
  offRedis: { name: "CPU of an accepted vote in Redis, off", unit: "µs" },
  allRedis: { name: "all sampled", unit: "µs" },
  offMb: { name: "resident memory of vote, off", unit: "MB" },
  sampledMb: { name: "one in a hundred sampled", unit: "MB" },
  allMb: { name: "all sampled", unit: "MB" },
} satisfies Legend<string>

export function benchTraces(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  return onFreshDatabase(benchStores, async (run) => {
    await openInbox(run.redis)
    const sides = await startSides(run)
    for (const kind of KINDS) await flood(sides[kind].url, WARM_UP_SECONDS)
    const rounds = await measureRounds(plan.rounds, LEGEND, say, (i) => tracesRound(run, plan, i, sides))
    return {
      name: "traces",
      about: `wrk votes as fast as it can for ${plan.acceptSeconds} s a side and round, with traces off and on; the collector is a process on the same cores`,
      figures: figures(LEGEND, rounds),
      checks: [noneRefused("with or without traces", rounds)],
    }
  })
}

type Sides = Record<Kind, { url: string; pid: number }>

async function startSides(run: BenchRun): Promise<Sides> {
  const collector = startProgram("collector.ts")
  run.stores.defer(() => collector.stop(0))
  const { url } = z.object({ url: z.string() }).parse(await collector.ready)
  const on = { OTEL_EXPORTER_OTLP_ENDPOINT: url }
  const start = async (env: Record<string, string>) => {
    const { app, url } = await startVoteProcess(run.stores, { BACKLOG_LIMIT: String(NO_LIMIT), ...env })
    return { url, pid: app.pid }
  }
  return {
    off: await start({}),
    again: await start({}),
    sampled: await start({ ...on, OTEL_TRACES_SAMPLER_ARG: "0.01" }),
    all: await start({ ...on, OTEL_TRACES_SAMPLER: "always_on" }),
  }
}

/** Each round begins with another side, so that none always has the warmer machine. */
async function tracesRound(run: BenchRun, plan: Plan, round: number, sides: Sides) {
  const seen = new Map<Kind, Awaited<ReturnType<typeof floodVote>> & { mb: number }>()
  for (let i = 0; i < KINDS.length; i++) {
    const kind = KINDS[(round + i) % KINDS.length] ?? "off"
    await reopen(run)
    const flooded = await floodVote(run, sides[kind], plan.acceptSeconds)
    seen.set(kind, { ...flooded, mb: residentMb(sides[kind].pid) })
  }
  const of = (kind: Kind) => seen.get(kind) ?? { rate: 0, cpu: 0, redisCpu: 0, refused: 0, mb: 0 }
  const [off, again, sampled, all] = [of("off"), of("again"), of("sampled"), of("all")]
  return {
    ...{ off: off.rate, againRatio: again.rate / off.rate },
    ...{ sampledRatio: sampled.rate / off.rate, allRatio: all.rate / off.rate },
    ...{ offCpu: off.cpu, againCpu: again.cpu, sampledCpu: sampled.cpu, allCpu: all.cpu },
    ...{ offRedis: off.redisCpu, allRedis: all.redisCpu },
    ...{ offMb: off.mb, sampledMb: sampled.mb, allMb: all.mb },
    refused: off.refused + again.refused + sampled.refused + all.refused,
  }
}

/** Measures what crowds of one result process see, and take: how often a new picture, how soon the last one, and for how much. */

import { join } from "node:path"
import { z } from "zod"
import { cpuDuring } from "../../services/processes/cpu"
import { measureRounds } from "../figures/measure-rounds"
import { memoryDuring } from "../figures/memory-watch"
import type { TellFigures } from "../figures/report"
import { type Block, type Bound, type Check, figures, type Legend } from "../figures/rounds"
import { firstSightings, lastTotals, readSightings, timesUntil } from "../figures/sightings"
import { bareLiveResult } from "../programs/bare-live"
import { paceResult } from "../programs/pace"
import { startProgram } from "../programs/program"
import { viewersResult } from "../programs/viewers"
import { type BenchRun, type BenchStores, onFreshDatabase } from "../subject/bench-stores"
import {
  counted,
  crowdSettings,
  type LiveTexts,
  liveTexts,
  roomFor,
  startLivePoll,
} from "../subject/live-poll"
import type { Plan } from "./plan"

export const VOTES_A_SECOND = 200
/** From the last vote until everybody has seen the final picture. */
const FINAL_PICTURE: Bound = { kind: "at most", value: 2 }

const PARTS = [
  "pictures",
  "p50",
  "p99",
  "all",
  "bareAll",
  "memory",
  "bareMemory",
  "kernel",
  "cpu",
  "ratio",
] as const
type Part = (typeof PARTS)[number]
type Name = `${number} ${Part}`
type Side = Record<"p50" | "p99" | "all" | "pictures" | "memory" | "kernel" | "cpu", number>

function legendOf(viewers: number): Legend<Name> {
  const legend: Legend<Part> = {
    pictures: { name: "new pictures that each gets", unit: "a second" },
    p50: { name: "last vote to final picture, p50", unit: "s" },
    p99: { name: "last vote to final picture, p99", unit: "s" },
    all: { name: "last vote to final picture, all", unit: "s", side: "ours", bound: FINAL_PICTURE },
    bareAll: { name: "a bare server, from publishing to all", unit: "s" },
    memory: { name: "memory of one, result", unit: "KB" },
    bareMemory: { name: "memory of one, a bare server", unit: "KB" },
    kernel: { name: "socket buffers of one at most, both ends", unit: "KB" },
    cpu: { name: "CPU of a delivered picture, result", unit: "µs" },
    ratio: { name: "CPU of a delivered picture, result to bare", unit: "" },
  }
  const named = PARTS.map((part) => {
    const name = `${viewers.toLocaleString("en-GB")} viewers: ${legend[part].name}`
    return [`${viewers} ${part}`, { ...legend[part], name }]
  })
  return Object.fromEntries(named)
}

type CrowdRound = Record<Name, number> & { wrong: number; watched: number }

export async function benchCrowd(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  const room = roomFor(Math.max(...plan.crowds))
  const crowds = [...new Set(plan.crowds.map((viewers) => Math.min(viewers, room)))]
  const legend: Legend<Name> = Object.assign({}, ...crowds.map(legendOf))
  const rounds = await measureRounds(plan.rounds, legend, say, () =>
    onFreshDatabase(benchStores, (run) => crowdRound(run, plan, crowds)),
  )
  return {
    name: "crowd",
    about: `${VOTES_A_SECOND} votes/s for ${plan.crowdSeconds} s beside each crowd of one result process${notMeasured(plan, room)}`,
    figures: figures(legend, rounds),
    checks: [everybodySawAll(rounds)],
  }
}

function notMeasured({ crowds }: Plan, room: number): string {
  const left = crowds.filter((viewers) => viewers > room).map((viewers) => viewers.toLocaleString("en-GB"))
  return left.length === 0
    ? ""
    : `; ${room.toLocaleString("en-GB")} in place of ${left.join(" and ")}, as this machine's limit of open files allows one process no more (ulimit -Hn)`
}

function everybodySawAll(rounds: CrowdRound[]): Check {
  return {
    name: "the last total of each viewer was Postgres's",
    holds: rounds.every(({ wrong }) => wrong === 0),
    seen: `others, of so many: ${rounds.map(({ wrong, watched }) => `${wrong} of ${watched}`).join(", ")}`,
  }
}

async function crowdRound(run: BenchRun, plan: Plan, crowds: number[]): Promise<CrowdRound> {
  const poll = await startLivePoll(run, crowdSettings(Math.max(...crowds)))
  const texts = await liveTexts(poll.vote.url, poll.result.url)
  const round = { wrong: 0, watched: 0 } as CrowdRound
  for (const viewers of crowds) {
    const ours = await liveCrowd(run, plan, poll, viewers)
    const bare = await bareCrowd(run, plan, texts, viewers, ours.pictures)
    const values: Record<Part, number> = {
      ...{ pictures: ours.pictures, p50: ours.p50, p99: ours.p99, all: ours.all, bareAll: bare.all },
      ...{ memory: ours.memory, bareMemory: bare.memory, kernel: ours.kernel },
      ...{ cpu: ours.cpu, ratio: ours.cpu / bare.cpu },
    }
    for (const part of PARTS) round[`${viewers} ${part}`] = values[part]
    round.wrong += ours.wrong
    round.watched += viewers
  }
  return round
}

type LivePoll = Awaited<ReturnType<typeof startLivePoll>>

async function liveCrowd(
  run: BenchRun,
  plan: Plan,
  { vote, result, sql }: LivePoll,
  viewers: number,
): Promise<Side & { wrong: number }> {
  const before = await counted(sql)
  const until = before + VOTES_A_SECOND * plan.crowdSeconds
  const watching = { run, url: result.url, pid: result.app.pid, viewers, until }
  const seen = await watched(watching, async () => {
    const pace = startProgram("pace.ts", { url: vote.url, rate: VOTES_A_SECOND, seconds: plan.crowdSeconds })
    run.stores.defer(() => pace.stop(0))
    const { startedAt } = paceResult.parse(await pace.result)
    return startedAt + plan.crowdSeconds * 1_000 - 1_000 / VOTES_A_SECOND
  })
  const total = await counted(sql)
  const last = lastTotals(seen.sightings)
  const right = [...last.values()].filter((it) => it === total).length
  return { ...figuresOf(seen, watching, plan), wrong: viewers - right }
}

async function bareCrowd(
  run: BenchRun,
  plan: Plan,
  texts: LiveTexts,
  viewers: number,
  pictures: number,
): Promise<Side> {
  const input = {
    ...{ ...texts, viewers, intervalMs: 1_000 / pictures },
    ...{ rate: VOTES_A_SECOND, seconds: plan.crowdSeconds },
  }
  const bare = startProgram("bare-live.ts", input)
  run.stores.defer(() => bare.stop(0))
  const { url } = z.object({ url: z.string() }).parse(await bare.ready)
  const watching = { run, url, pid: bare.pid, viewers, until: VOTES_A_SECOND * plan.crowdSeconds }
  const seen = await watched(watching, async () => bareLiveResult.parse(await bare.result).publishedAt)
  return figuresOf(seen, watching, plan)
}

type Watching = { run: BenchRun; url: string; pid: number; viewers: number; until: number }

/** @param play has votes come, and says when the last picture was due (by clock()) */
async function watched({ run, url, pid, viewers, until }: Watching, play: () => Promise<number>) {
  const file = join(run.dir, "sightings")
  const { result, process, sockets } = await memoryDuring([pid], async () => {
    const crowd = startProgram("viewers.ts", { url, viewers, until, file })
    run.stores.defer(() => crowd.stop(0))
    await crowd.ready
    const { cpu, result: playing } = await cpuDuring({ pid }, async () => {
      const dueAt = play()
      return { dueAt, crowd: viewersResult.parse(await crowd.result) }
    })
    // Whoever came was sent one at once, before the measurement.
    const deliveries = playing.crowd.snapshots - viewers
    return { dueAt: await playing.dueAt, deliveries, cpu: cpu.pid }
  })
  return { ...result, process, sockets, sightings: await readSightings(file) }
}

function figuresOf(
  { dueAt, deliveries, cpu, process, sockets, sightings }: Awaited<ReturnType<typeof watched>>,
  { viewers, until }: Watching,
  { crowdSeconds }: Plan,
): Side {
  const ms = timesUntil(firstSightings(sightings, until).values(), viewers, dueAt)
  return {
    ...{ p50: ms(0.5) / 1_000, p99: ms(0.99) / 1_000, all: ms(1) / 1_000 },
    ...{ pictures: deliveries / viewers / crowdSeconds, cpu: (cpu * 1e6) / deliveries },
    ...{ memory: process / viewers, kernel: sockets / viewers },
  }
}

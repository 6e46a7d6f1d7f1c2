/** Measures what a crowd sees, and takes, that is spread over several result processes on this one machine. */

import { join } from "node:path"
import { startResultProcess } from "../../services/apps/start-apps"
import { cpuSeconds } from "../../services/processes/cpu"
import { measureRounds } from "../figures/measure-rounds"
import { memoryDuring } from "../figures/memory-watch"
import type { TellFigures } from "../figures/report"
import { type Block, type Bound, type Check, figures, type Legend } from "../figures/rounds"
import { firstSightings, lastTotals, readSightings, timesUntil } from "../figures/sightings"
import { paceResult } from "../programs/pace"
import { type Program, startProgram } from "../programs/program"
import { viewersResult } from "../programs/viewers"
import { type BenchRun, type BenchStores, onFreshDatabase } from "../subject/bench-stores"
import { counted, crowdSettings, roomFor, startLivePoll } from "../subject/live-poll"
import type { Plan } from "./plan"

const PROCESSES = 5
const VOTES_A_SECOND = 200
/** Viewers of each process who read nothing, beside the first crowd. */
const BLIND = 100
/** From the last vote until everybody has seen the final picture. */
const FINAL_PICTURE: Bound = { kind: "at most", value: 2 }

const PARTS = ["pictures", "p50", "p99", "all", "process", "buffers", "objects", "comes", "cpu"] as const
type Part = (typeof PARTS)[number]
type Name = `${number} ${Part}` | "beside"

type Round = Record<Name, number> & { wrong: number; watched: number }

export async function benchReplicas(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  const room =
    PROCESSES * roomFor(Math.ceil(Math.max(...plan.audiences) / PROCESSES) + BLIND) - PROCESSES * BLIND
  const audiences = [...new Set(plan.audiences.map((viewers) => evenly(Math.min(viewers, room))))]
  const legend = legendOf(audiences)
  const rounds = await measureRounds(plan.rounds, legend, say, () =>
    onFreshDatabase(benchStores, (run) => replicasRound(run, plan, audiences)),
  )
  const fewer =
    Math.max(...plan.audiences) > room ? "; more than this machine's open files allow were asked for" : ""
  return {
    name: "replicas",
    about: `${VOTES_A_SECOND} votes/s for ${plan.audienceSeconds} s beside each crowd of ${PROCESSES} result processes on this machine${fewer}`,
    figures: figures(legend, rounds),
    checks: [everybodySawAll(rounds)],
  }
}

/** As many for each process. */
const evenly = (viewers: number) => Math.floor(viewers / PROCESSES) * PROCESSES

function legendOf(audiences: readonly number[]): Legend<Name> {
  const legend: Legend<Part> = {
    pictures: { name: "new pictures that each gets", unit: "a second" },
    p50: { name: "last vote to final picture, p50", unit: "s" },
    p99: { name: "last vote to final picture, p99", unit: "s" },
    all: { name: "last vote to final picture, all", unit: "s", side: "ours", bound: FINAL_PICTURE },
    process: { name: "memory of one, result", unit: "KB" },
    buffers: { name: "socket buffers of one at most, both ends", unit: "KB" },
    objects: { name: "other memory of the kernel for one, both ends", unit: "KB" },
    comes: { name: "CPU of one who comes, result", unit: "µs", cpuOf: "a viewer who comes" },
    cpu: { name: "CPU of a delivered picture, result", unit: "µs" },
  }
  const named = audiences.flatMap((viewers) =>
    PARTS.map((part) => {
      const name = `${viewers.toLocaleString("en-GB")} viewers: ${legend[part].name}`
      return [`${viewers} ${part}`, { ...legend[part], name }]
    }),
  )
  const [first = 0] = audiences
  const blind = PROCESSES * BLIND
  const beside = `${first.toLocaleString("en-GB")} viewers beside ${blind} who read nothing: last vote to final picture, all`
  return Object.fromEntries([...named, ["beside", { name: beside, unit: "s" }]])
}

function everybodySawAll(rounds: Round[]): Check {
  return {
    name: "the last total of each viewer was Postgres's",
    holds: rounds.every(({ wrong }) => wrong === 0),
    seen: `others, of so many: ${rounds.map(({ wrong, watched }) => `${wrong} of ${watched}`).join(", ")}`,
  }
}

async function replicasRound(run: BenchRun, plan: Plan, audiences: readonly number[]): Promise<Round> {
  const settings = crowdSettings(Math.max(...audiences) / PROCESSES + BLIND)
  const poll = await startLivePoll(run, settings)
  const results = [poll.result]
  while (results.length < PROCESSES) results.push(await startResultProcess(run.stores, settings))
  const live: Live = { run, plan, vote: poll.vote.url, sql: poll.sql, results }
  const round = { wrong: 0, watched: 0 } as Round
  for (const viewers of audiences) {
    const { wrong, ...values } = await watched(live, viewers)
    for (const part of PARTS) round[`${viewers} ${part}`] = values[part]
    round.wrong += wrong
    round.watched += viewers
  }
  const [first = 0] = audiences
  const blind = results.map(({ url }) => startProgram("blind.ts", { url, viewers: BLIND }))
  for (const program of blind) run.stores.defer(() => program.stop(0))
  await Promise.all(blind.map(({ ready }) => ready))
  const beside = await watched(live, first)
  return { ...round, beside: beside.all, wrong: round.wrong + beside.wrong, watched: round.watched + first }
}

type Live = {
  run: BenchRun
  plan: Plan
  vote: string
  sql: Awaited<ReturnType<typeof startLivePoll>>["sql"]
  results: { app: { pid: number }; url: string }[]
}
type Crowd = { program: Program; file: string }

/** One crowd, from its coming to the final picture. */
async function watched(live: Live, viewers: number): Promise<Record<Part | "wrong", number>> {
  const { run, plan, vote, sql, results } = live
  const until = (await counted(sql)) + VOTES_A_SECOND * plan.audienceSeconds
  const pids = results.map(({ app }) => app.pid)
  const { result, process, sockets, objects } = await memoryDuring(pids, async () => {
    const before = cpuOf(pids)
    const crowds = await gather(live, viewers, until)
    const gathered = cpuOf(pids)
    const pace = startProgram("pace.ts", { url: vote, rate: VOTES_A_SECOND, seconds: plan.audienceSeconds })
    run.stores.defer(() => pace.stop(0))
    const ends = await Promise.all(crowds.map(({ program }) => program.result))
    const { startedAt } = paceResult.parse(await pace.result)
    return {
      dueAt: startedAt + plan.audienceSeconds * 1_000 - 1_000 / VOTES_A_SECOND,
      comes: gathered - before,
      cpu: cpuOf(pids) - gathered,
      // Whoever came was sent one at once, before the measurement.
      deliveries: ends.reduce<number>((sum, end) => sum + viewersResult.parse(end).snapshots, -viewers),
      sightings: await Promise.all(crowds.map(({ file }) => readSightings(file))),
    }
  })
  const { sightings, dueAt, deliveries } = result
  const total = await counted(sql)
  const seenAt = sightings.flatMap((seen) => [...firstSightings(seen, until).values()])
  const ms = timesUntil(seenAt, viewers, dueAt)
  const right = sightings.flatMap((seen) => [...lastTotals(seen).values()]).filter((it) => it === total)
  return {
    ...{ p50: ms(0.5) / 1_000, p99: ms(0.99) / 1_000, all: ms(1) / 1_000 },
    ...{ process: process / viewers, buffers: sockets / viewers, objects: objects / viewers },
    ...{ comes: (result.comes * 1e6) / viewers, cpu: (result.cpu * 1e6) / deliveries },
    ...{ pictures: deliveries / viewers / plan.audienceSeconds, wrong: viewers - right.length },
  }
}

/** As many viewers of each process, each crowd in a process of its own: no process may hold more sockets than result does. */
async function gather({ run, results }: Live, viewers: number, until: number): Promise<Crowd[]> {
  const crowds = results.map(({ url }, i) => {
    const file = join(run.dir, `sightings-${i}`)
    const program = startProgram("viewers.ts", { url, viewers: viewers / PROCESSES, until, file })
    run.stores.defer(() => program.stop(0))
    return { program, file }
  })
  await Promise.all(crowds.map(({ program }) => program.ready))
  return crowds
}

const cpuOf = (pids: readonly number[]) => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0)

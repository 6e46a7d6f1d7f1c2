/** Measures how soon a crowd is back that lost its connection at once: the process was killed, or a proxy cut all connections. */

import { join } from "node:path"
import { z } from "zod"
import { startResultProcess } from "../../services/apps/start-apps"
import { cpuSeconds } from "../../services/processes/cpu"
import { clock } from "../figures/clock"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import { type Block, type Bound, type Check, figures, type Legend } from "../figures/rounds"
import { lastTotals, longestPause, readSightings, returnsOf, timesUntil } from "../figures/sightings"
import { bareLiveResult } from "../programs/bare-live"
import { paceResult } from "../programs/pace"
import { pagesResult } from "../programs/pages"
import { type Program, startProgram } from "../programs/program"
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

const VOTES_A_SECOND = 200
/** They keep their connection, so that it shows whether the others' return holds them up. */
const STAYING = 100
/** So long votes come before the connections break. */
const BEFORE_MS = 2_000
/** A picture is current when it has every vote that was due so long ago. */
const CURRENT_MS = 1_000
const ALL_BACK: Bound = { kind: "at most", value: 5 }

const LEGEND = {
  bareAll: { name: "cut: a bare server has all back", unit: "s", side: "limit" },
  cutHalf: { name: "cut: half are back", unit: "s" },
  cutMost: { name: "cut: 95% are back", unit: "s" },
  cutAll: { name: "cut: all are back", unit: "s", side: "ours", bound: ALL_BACK },
  cutTries: { name: "cut: connections tried by each", unit: "" },
  cutCpu: { name: "cut: CPU of result, one viewer's return", unit: "µs", cpuOf: "a return" },
  bareCpu: { name: "cut: CPU of a bare server, one viewer's return", unit: "µs", cpuOf: "a bare return" },
  pauseBefore: { name: "longest pause of those who stay, before", unit: "ms" },
  pause: { name: "the same, while the others come back", unit: "ms" },
  killedHalf: { name: "killed: half are back", unit: "s" },
  killedMost: { name: "killed: 95% are back", unit: "s" },
  killedAll: { name: "killed: all are back", unit: "s", side: "ours", bound: ALL_BACK },
  killedReady: { name: "killed: the new process serves", unit: "s" },
  killedTries: { name: "killed: connections tried by each", unit: "" },
} satisfies Legend<string>

type ReconnectRound = Record<keyof typeof LEGEND, number> & { wrong: number; away: number }

export async function benchReconnect(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  const viewers = Math.min(plan.returning, roomFor(plan.returning))
  const rounds = await measureRounds(plan.rounds, LEGEND, say, () =>
    onFreshDatabase(benchStores, (run) => reconnectRound(run, plan, viewers)),
  )
  const fewer = viewers < plan.returning ? ` (${plan.returning} are more than its open files allow)` : ""
  return {
    name: "reconnect",
    about: `${viewers} viewers of one result process${fewer} lose their connection at once while ${VOTES_A_SECOND} votes/s come; with a current picture they are back`,
    figures: figures(LEGEND, rounds),
    checks: checksOf(rounds),
  }
}

function checksOf(rounds: ReconnectRound[]): Check[] {
  const none = (name: string, of: "wrong" | "away") => ({
    ...{ name, holds: rounds.every((round) => round[of] === 0) },
    seen: `others: ${rounds.map((round) => round[of]).join(", ")}`,
  })
  return [none("everybody came back", "away"), none("the last total of each viewer was Postgres's", "wrong")]
}

type LivePoll = Awaited<ReturnType<typeof startLivePoll>>
type Crowd = { run: BenchRun; url: string; viewers: number; until: number }

async function reconnectRound(run: BenchRun, plan: Plan, viewers: number): Promise<ReconnectRound> {
  const settings = crowdSettings(viewers)
  const poll = await startLivePoll(run, settings)
  const texts = await liveTexts(poll.vote.url, poll.result.url)
  const cut = await cutRound(run, plan, poll, viewers)
  const bare = await bareRound(run, plan, texts, cut.crowd, cut.pictures)
  const killed = await killedRound(run, plan, poll, viewers, settings)
  return {
    ...{ bareAll: bare.times(1), bareCpu: bare.cpu },
    ...{ cutHalf: cut.times(0.5), cutMost: cut.times(0.95), cutAll: cut.times(1) },
    ...{ cutTries: cut.tries, cutCpu: cut.cpu, pauseBefore: cut.pauseBefore, pause: cut.pause },
    ...{ killedHalf: killed.times(0.5), killedMost: killed.times(0.95), killedAll: killed.times(1) },
    ...{ killedReady: killed.ready, killedTries: killed.tries },
    ...{ wrong: cut.wrong + killed.wrong, away: cut.away + killed.away },
  }
}

/** All but a few lose their connection, and result runs on. */
async function cutRound(run: BenchRun, plan: Plan, { vote, result, sql }: LivePoll, viewers: number) {
  const until = (await counted(sql)) + VOTES_A_SECOND * plan.returnSeconds
  const crowd: Crowd = { run, url: result.url, until, viewers: viewers - Math.min(STAYING, viewers / 2) }
  const file = join(run.dir, "staying")
  const staying = startProgram("viewers.ts", {
    ...crowd,
    run: undefined,
    viewers: viewers - crowd.viewers,
    file,
  })
  run.stores.defer(() => staying.stop(0))
  await staying.ready
  const pages = await openPages(crowd)
  const pace = startPace(run, plan, vote.url)
  const { cpu, lostAt, end } = await cutAll(pages.program, result.app.pid, plan)
  const { startedAt } = paceResult.parse(await pace.result)
  const back = await returned(pages, crowd, plan, { startedAt, lostAt, total: () => counted(sql) })
  const { snapshots } = viewersResult.parse(await staying.result)
  const stayed = await readSightings(file)
  return {
    ...{ ...back, crowd: crowd.viewers, cpu: (cpu * 1e6) / back.backBy(end) },
    pictures: snapshots / (viewers - crowd.viewers) / plan.returnSeconds,
    pauseBefore: longestPause(stayed, startedAt, lostAt),
    pause: longestPause(stayed, lostAt, startedAt + plan.returnSeconds * 1_000),
  }
}

/** The same crowd at a server that does nothing else. */
async function bareRound(run: BenchRun, plan: Plan, texts: LiveTexts, viewers: number, pictures: number) {
  const bare = startProgram("bare-live.ts", {
    ...{ ...texts, viewers, intervalMs: 1_000 / pictures },
    ...{ rate: VOTES_A_SECOND, seconds: plan.returnSeconds },
  })
  run.stores.defer(() => bare.stop(0))
  const { url } = z.object({ url: z.string() }).parse(await bare.ready)
  const crowd: Crowd = { run, url, viewers, until: VOTES_A_SECOND * plan.returnSeconds }
  const pages = await openPages(crowd)
  const { cpu, lostAt, end } = await cutAll(pages.program, bare.pid, plan)
  const { startedAt } = bareLiveResult.parse(await bare.result)
  const back = await returned(pages, crowd, plan, { startedAt, lostAt, total: async () => crowd.until })
  return { ...back, cpu: (cpu * 1e6) / back.backBy(end) }
}

/** Result is killed, and started anew on the same port. */
async function killedRound(
  run: BenchRun,
  plan: Plan,
  { vote, result, sql }: LivePoll,
  viewers: number,
  settings: Record<string, string>,
) {
  const until = (await counted(sql)) + VOTES_A_SECOND * plan.returnSeconds
  const crowd: Crowd = { run, url: result.url, viewers, until }
  const pages = await openPages(crowd)
  const pace = startPace(run, plan, vote.url)
  await Bun.sleep(BEFORE_MS)
  const lostAt = clock()
  result.app.kill("SIGKILL")
  await result.app.exited
  await startResultProcess(run.stores, { ...settings, PORT: new URL(result.url).port })
  const ready = (clock() - lostAt) / 1_000
  const { startedAt } = paceResult.parse(await pace.result)
  return { ...(await returned(pages, crowd, plan, { startedAt, lostAt, total: () => counted(sql) })), ready }
}

function startPace(run: BenchRun, { returnSeconds }: Plan, url: string): Program {
  const pace = startProgram("pace.ts", { url, rate: VOTES_A_SECOND, seconds: returnSeconds })
  run.stores.defer(() => pace.stop(0))
  return pace
}

type Pages = { program: Program; file: string }

async function openPages({ run, url, viewers, until }: Crowd): Promise<Pages> {
  const file = join(run.dir, "pages")
  const program = startProgram("pages.ts", { url, viewers, until, file })
  run.stores.defer(() => program.stop(0))
  await program.ready
  return { program, file }
}

/** @returns when the connections broke, and the CPU seconds that the server took until `end` in addition to what it used before */
async function cutAll(pages: Program, server: number, { returnSeconds }: Plan) {
  const afterMs = returnSeconds * 1_000 - 2 * BEFORE_MS
  const [atFirst, start] = [cpuSeconds(server), clock()]
  await Bun.sleep(BEFORE_MS)
  const [before, lostAt] = [cpuSeconds(server), clock()]
  process.kill(pages.pid, "SIGUSR2")
  await Bun.sleep(afterMs)
  const end = clock()
  const usual = ((before - atFirst) / (lostAt - start)) * (end - lostAt)
  return { lostAt, end, cpu: Math.max(0, cpuSeconds(server) - before - usual) }
}

async function returned(
  { program, file }: Pages,
  { viewers, until }: Crowd,
  { returnSeconds }: Plan,
  { startedAt, lostAt, total }: { startedAt: number; lostAt: number; total: () => Promise<number> },
) {
  const { tries } = pagesResult.parse(await program.result)
  const sightings = await readSightings(file)
  const dueBefore = until - VOTES_A_SECOND * returnSeconds
  const due = (at: number) =>
    Math.min(until, dueBefore + ((at - startedAt - CURRENT_MS) * VOTES_A_SECOND) / 1_000)
  const back = returnsOf(sightings, (at, seen) => seen >= due(at))
  const times = timesUntil(back.values(), viewers, lostAt)
  const atLast = await total()
  const right = [...lastTotals(sightings).values()].filter((it) => it === atLast).length
  return {
    times: (share: number) => times(share) / 1_000,
    backBy: (end: number) => [...back.values()].filter((at) => at <= end).length,
    ...{ tries: tries / viewers, away: viewers - back.size, wrong: viewers - right },
  }
}

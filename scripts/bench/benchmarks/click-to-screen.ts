/** Measures how long after a click its vote is on the screens of a crowd. */

import { join } from "node:path"
import { cpuDuring } from "../../services/processes/cpu"
import { Histogram } from "../figures/histogram"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import { type Block, type Bound, figures, type Legend } from "../figures/rounds"
import { eachSighting, readSightings } from "../figures/sightings"
import { paceResult } from "../programs/pace"
import { startProgram } from "../programs/program"
import { viewersResult } from "../programs/viewers"
import { startAll } from "../subject/apps"
import { type BenchRun, type BenchStores, onFreshDatabase } from "../subject/bench-stores"
import { NO_LIMIT } from "../subject/inbox"
import type { Plan } from "./plan"

/** Who watches, and how many of them vote a second, for so long. */
type Crowd = { viewers: number; rate: number; seconds: number }
type Place = { run: BenchRun; voteUrl: string; resultUrl: string }

const STEADY = { viewers: 1_000, rate: 1_000 }
/** Everybody in a hall votes within a second, and watches. */
const HALL: Crowd = { viewers: 600, rate: 600, seconds: 1 }

const STEADY_P99: Bound = { kind: "at most", value: 75 }
const HALL_P95: Bound = { kind: "at most", value: 50 }

const LEGEND = {
  p50: { name: "click to screen, p50", unit: "ms", side: "ours" },
  p99: { name: "click to screen, p99", unit: "ms", side: "ours", bound: STEADY_P99 },
  answerP99: { name: "click to answer, p99", unit: "ms", side: "ours" },
  snapshots: { name: "snapshots that a viewer gets", unit: "a second" },
  cpu: { name: "CPU of all five processes, for a vote and its crowd", unit: "ms" },
  hallP50: { name: `${HALL.viewers} people within a second: click to screen, p50`, unit: "ms", side: "ours" },
  hallP95: { name: "the same, p95", unit: "ms", side: "ours", bound: HALL_P95 },
} satisfies Legend<string>

export async function benchClickToScreen(
  benchStores: BenchStores,
  plan: Plan,
  say: TellFigures,
): Promise<Block> {
  const steady: Crowd = { ...STEADY, seconds: plan.clickSeconds }
  const rounds = await measureRounds(plan.rounds, LEGEND, say, () =>
    onFreshDatabase(benchStores, async (run) => {
      const { vote, worker, result } = await startAll(run, NO_LIMIT)
      const place: Place = { run, voteUrl: vote.url, resultUrl: result.url }
      const pids = {
        ...{ vote: vote.app.pid, redis: run.redisPid, worker: worker.app.pid },
        ...{ postgres: run.postgresPid, result: result.app.pid },
      }
      const { result: watched, cpu } = await cpuDuring(pids, () => watchVotes(place, steady, 0))
      // The same processes: a hall votes in a Tallyroom that has been up for a while.
      const hall = (await watchVotes(place, HALL, steady.rate * steady.seconds)).latencies
      return {
        ...{ p50: watched.latencies.quantile(0.5), p99: watched.latencies.quantile(0.99) },
        ...{ answerP99: watched.answerP99, snapshots: watched.snapshots },
        cpu:
          (Object.values(cpu).reduce((sum, seconds) => sum + seconds, 0) * 1_000) /
          (steady.rate * steady.seconds),
        ...{ hallP50: hall.quantile(0.5), hallP95: hall.quantile(0.95) },
      }
    }),
  )
  return {
    name: "click to screen",
    about: `${steady.rate} votes/s for ${steady.seconds} s and ${steady.viewers} viewers, then ${HALL.rate} votes within a second and as many viewers; every vote on every screen is counted`,
    figures: figures(LEGEND, rounds),
    checks: [],
  }
}

/** @param before how many have voted already */
async function watchVotes({ run, voteUrl, resultUrl }: Place, crowd: Crowd, before: number) {
  const { viewers: many, rate, seconds } = crowd
  const file = join(run.dir, "sightings")
  const until = before + rate * seconds
  const viewers = startProgram("viewers.ts", { url: resultUrl, viewers: many, until, file })
  run.stores.defer(() => viewers.stop(0))
  await viewers.ready
  const pace = startProgram("pace.ts", { url: voteUrl, rate, seconds })
  run.stores.defer(() => pace.stop(0))
  const { startedAt, p99 } = paceResult.parse(await pace.result)
  const { snapshots } = viewersResult.parse(await viewers.result)
  return {
    latencies: clickToScreen(await readSightings(file), startedAt, rate, before),
    ...{ answerP99: p99, snapshots: snapshots / many / seconds },
  }
}

/**
 * Gives, for each viewer and vote, how long after it was due the vote was first shown there. Votes have no names here:
 * the k-th new vote that a screen shows counts as the k-th that was due.
 */
function clickToScreen(sightings: Float64Array, startedAt: number, rate: number, before: number): Histogram {
  const latencies = new Histogram()
  const shown = new Map<number, number>()
  for (const { viewer, at, total } of eachSighting(sightings)) {
    const votes = total - before
    for (let k = shown.get(viewer) ?? 0; k < votes; k++) latencies.add(at - startedAt - (k * 1_000) / rate)
    shown.set(viewer, votes)
  }
  return latencies
}

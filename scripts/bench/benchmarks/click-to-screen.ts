/** Measures how long after a click its vote is on the screens of a crowd. */

import { join } from "node:path"
import { Histogram } from "../figures/histogram"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import { type Block, figures, type Legend } from "../figures/rounds"
import { paceResult } from "../programs/pace"
import { startProgram } from "../programs/program"
import { viewersResult } from "../programs/viewers"
import { startAll } from "../subject/apps"
import { type BenchRun, type BenchStores, onFreshDatabase } from "../subject/bench-stores"
import { NO_LIMIT } from "../subject/inbox"
import type { Plan } from "./plan"

const VOTES_A_SECOND = 1_000
const VIEWERS = 1_000

const LEGEND = {
  p50: { name: "click to screen, p50", unit: "ms", side: "ours" },
  p99: { name: "click to screen, p99", unit: "ms", side: "ours" },
  answerP99: { name: "click to answer, p99", unit: "ms", side: "ours" },
  snapshots: { name: "snapshots that a viewer gets", unit: "a second" },
} satisfies Legend<string>

export async function benchClickToScreen(
  benchStores: BenchStores,
  plan: Plan,
  say: TellFigures,
): Promise<Block> {
  const rounds = await measureRounds(plan.rounds, LEGEND, say, () =>
    onFreshDatabase(benchStores, (run) => clickRound(run, plan)),
  )
  return {
    name: "click to screen",
    about: `${VOTES_A_SECOND} votes/s for ${plan.clickSeconds} s and ${VIEWERS} viewers; every vote on every screen is counted`,
    figures: figures(LEGEND, rounds),
    checks: [],
  }
}

async function clickRound(run: BenchRun, plan: Plan) {
  const { vote, result } = await startAll(run, NO_LIMIT)
  const file = join(run.dir, "sightings")
  const crowd = { url: result.url, viewers: VIEWERS, until: VOTES_A_SECOND * plan.clickSeconds, file }
  const viewers = startProgram("viewers.ts", crowd)
  run.stores.defer(() => viewers.stop(0))
  await viewers.ready
  const pace = startProgram("pace.ts", { url: vote.url, rate: VOTES_A_SECOND, seconds: plan.clickSeconds })
  run.stores.defer(() => pace.stop(0))
  const { startedAt, p99 } = paceResult.parse(await pace.result)
  const { snapshots } = viewersResult.parse(await viewers.result)
  const latencies = clickToScreen(new Float64Array(await Bun.file(file).arrayBuffer()), startedAt)
  return {
    ...{ p50: latencies.quantile(0.5), p99: latencies.quantile(0.99), answerP99: p99 },
    snapshots: snapshots / VIEWERS / plan.clickSeconds,
  }
}

/**
 * Gives, for each viewer and vote, how long after it was due the vote was first shown there. Votes have no names here:
 * the k-th vote that a screen shows counts as the k-th that was due.
 */
function clickToScreen(sightings: Float64Array, startedAt: number): Histogram {
  const latencies = new Histogram()
  const shown = new Map<number, number>()
  for (let i = 0; i + 2 < sightings.length; i += 3) {
    const [viewer = 0, at = 0, total = 0] = sightings.subarray(i, i + 3)
    for (let k = shown.get(viewer) ?? 0; k < total; k++) {
      latencies.add(at - startedAt - (k * 1_000) / VOTES_A_SECOND)
    }
    shown.set(viewer, total)
  }
  return latencies
}

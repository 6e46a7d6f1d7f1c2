/** Measures what broke Junior Eurovision's online vote of 2014: 37,000 people who come to vote within three seconds. */

import { join } from "node:path"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import { alternating, type Block, type Check, figures, type Legend } from "../figures/rounds"
import { firstSightings, readSightings } from "../figures/sightings"
import { startProgram } from "../programs/program"
import { rushResult } from "../programs/rush"
import { viewersResult } from "../programs/viewers"
import { startBareServer } from "../subject/bare-server"
import { type BenchRun, type BenchStores, onFreshDatabase } from "../subject/bench-stores"
import { NO_LIMIT } from "../subject/inbox"
import { auditWhole, startWholePath, untilCounted, untilShown } from "../subject/whole-path"
import type { Plan } from "./plan"

const SECONDS = 3
/** One in ten sends the ballot again. */
const RESEND_EVERY = 10
const VIEWERS = 100

const LEGEND = {
  bare: { name: "a bare server has answered the same crowd", unit: "s", side: "limit" },
  accepted: { name: "every vote is accepted", unit: "s", side: "ours" },
  screen: { name: "every vote is on every screen", unit: "s", side: "ours" },
  p50: { name: "from coming to accepted, p50", unit: "s" },
  p99: { name: "from coming to accepted, p99", unit: "s" },
  refused: { name: "refused, and tried again", unit: "times" },
} satisfies Legend<string>

type RushRound = Awaited<ReturnType<typeof rushRound>> & { bare: number }

export async function benchJuniorEurovision(
  benchStores: BenchStores,
  plan: Plan,
  say: TellFigures,
): Promise<Block> {
  const rounds = await measureRounds(plan.rounds, LEGEND, say, async (i) => {
    const [ours, bare] = await alternating(
      i,
      () => onFreshDatabase(benchStores, (run) => rushRound(run, plan)),
      () => bareRound(plan),
    )
    return { ...ours, bare }
  })
  return {
    name: "Junior Eurovision",
    about: `${plan.rushVoters} voters open the page and vote within ${SECONDS} s, one in ${RESEND_EVERY} sends the ballot again, ${VIEWERS} watch; seconds since the first came`,
    figures: figures(LEGEND, rounds),
    checks: checksOf(rounds, plan),
  }
}

function checksOf(rounds: RushRound[], { rushVoters }: Plan): Check[] {
  const resent = Math.ceil(rushVoters / RESEND_EVERY)
  const check = (name: string, holds: (round: RushRound) => boolean, seen: (round: RushRound) => number) => ({
    ...{ name, holds: rounds.every(holds), seen: rounds.map(seen).join(", ") },
  })
  return [
    check(
      "every voter was accepted",
      (it) => it.voters === rushVoters,
      (it) => it.voters,
    ),
    check(
      "a ballot sent again got the receipt that it had",
      (it) => it.resent === resent,
      (it) => it.resent,
    ),
    check(
      "each voter was counted once",
      (it) => it.counted === rushVoters,
      (it) => it.counted,
    ),
    check(
      "the books balanced",
      (it) => it.faults === 0,
      (it) => it.faults,
    ),
  ]
}

async function rushRound(run: BenchRun, plan: Plan) {
  const path = await startWholePath(run, NO_LIMIT)
  const file = join(run.dir, "sightings")
  const watching = { url: path.resultUrl, viewers: VIEWERS, until: plan.rushVoters, file }
  const viewers = startProgram("viewers.ts", watching)
  run.stores.defer(() => viewers.stop(0))
  await viewers.ready
  const rush = await rushAt(run, plan, path.voteUrl)
  viewersResult.parse(await viewers.result)
  const seenAt = Math.max(...firstSightings(await readSightings(file), plan.rushVoters).values())
  await untilCounted(path)
  await untilShown(path)
  const { books, faults } = await auditWhole(run, path)
  return {
    ...{ accepted: rush.untilAccepted, screen: (seenAt - rush.startedAt) / 1_000 },
    ...{ p50: rush.p50, p99: rush.p99, refused: rush.refused },
    ...{
      voters: rush.accepted,
      resent: rush.resent,
      counted: books?.recount ?? 0,
      faults,
    },
  }
}

/** The least that this takes on this machine: as many requests, by the same program, each answered with a constant. */
async function bareRound(plan: Plan): Promise<number> {
  const bare = await startBareServer()
  const rush = startProgram("rush.ts", crowdOf(plan, bare.url))
  try {
    return rushResult.parse(await rush.result).untilAccepted
  } finally {
    await rush.stop(0)
    await bare.stop()
  }
}

async function rushAt(run: BenchRun, plan: Plan, url: string) {
  const rush = startProgram("rush.ts", crowdOf(plan, url))
  run.stores.defer(() => rush.stop(0))
  return rushResult.parse(await rush.result)
}

const crowdOf = ({ rushVoters }: Plan, url: string) => ({
  ...{ url, voters: rushVoters, seconds: SECONDS, resendEvery: RESEND_EVERY },
})

/** What it costs result to have the outcome of a poll that ranks follow its votes, beside a poll of one option. */

import { join } from "node:path"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import type { Rule } from "@tallyroom/lib/polls/decision"
import type { AppProcess } from "../../services/apps/start-apps"
import { cpuDuring } from "../../services/processes/cpu"
import { waitFor } from "../../services/wait"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import { type Block, type Bound, type Check, figures, type Legend, takingTurns } from "../figures/rounds"
import { paceResult } from "../programs/pace"
import { startProgram } from "../programs/program"
import { startAll } from "../subject/apps"
import { type BenchRun, type BenchStores, onFreshDatabase } from "../subject/bench-stores"
import { ballotsBy, type ChoicePoll, makeChoicePoll } from "../subject/choice-polls"
import { fillInbox, NO_LIMIT } from "../subject/inbox"
import { OutcomeViewer } from "../subject/outcome-viewer"
import { untilCounted } from "./count"
import type { Plan } from "./plan"

const ORDERS = 10_000
const VOTES_A_SECOND = 100
const VIEWERS = 1_000
/** Before this is over, the thread has begun and its code is compiled. */
const WARM_UP_SECONDS = 3
const LOOK_MS = 20_000

const RULES = ["irv", "stv", "condorcet", "borda"] as const satisfies readonly Rule[]
const SIDES = ["one", ...RULES] as const
type Side = (typeof SIDES)[number]

/** Whoever shows the outcome of one poll has the rest of a core for all others. */
const MORE_THAN_ONE: Bound = { kind: "at most", value: 0.1 }

type Names = "one" | "postgresOne" | "shown" | Rule | `postgres ${Rule}`

const LEGEND = {
  one: { name: "result, one option", unit: "of a core" },
  postgresOne: { name: "Postgres, one option", unit: "of a core" },
  ...Object.fromEntries(
    RULES.flatMap((rule) => [
      [rule, { name: `result, more for ${rule}`, unit: "of a core", bound: MORE_THAN_ONE }],
      [`postgres ${rule}`, { name: `Postgres, more for ${rule}`, unit: "of a core" }],
    ]),
  ),
  shown: { name: "outcomes that a viewer gets", unit: "a second" },
} as Legend<Names>

type Subject = { run: BenchRun; vote: AppProcess; result: AppProcess; polls: Record<Side, ChoicePoll> }

export function benchLiveOutcomes(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  return onFreshDatabase(benchStores, async (run) => {
    const subject = await startSubject(run)
    const rounds = await measureRounds(plan.rounds, LEGEND, say, (i) => liveRound(subject, plan, i))
    return {
      name: "live outcomes",
      about: `${ORDERS} ballots over ten options, each with an order of its own; then ${VOTES_A_SECOND} votes/s for ${plan.liveSeconds} s and ${VIEWERS} viewers`,
      figures: figures(LEGEND, rounds),
      checks: [allFollowed(rounds)],
    }
  })
}

async function startSubject(run: BenchRun): Promise<Subject> {
  const { vote, result } = await startAll(run, NO_LIMIT)
  const sql = openDatabase(run.stores.database.adminUrl, { name: "bench", connections: 1 })
  run.stores.defer(() => sql.end({ timeout: 1 }))
  const polls = await takingTurns(0, SIDES, (side) => makePoll(run, sql, side))
  await untilCounted(sql, ORDERS * SIDES.length)
  await expectOrders(sql, polls)
  await sql`ANALYZE`
  return { run, vote, result, polls }
}

async function makePoll(run: BenchRun, sql: Database, side: Side): Promise<ChoicePoll> {
  const poll = await (side === "one"
    ? makeChoicePoll(sql, run.redis, "one")
    : makeChoicePoll(sql, run.redis, "rank", { id: side, rule: side }))
  const texts = side === "one" ? null : distinctTexts(poll)
  await fillInbox(run.redis, ORDERS, poll.poll, texts ? () => texts.pop() ?? "" : ballotsBy(poll).next)
  return poll
}

function distinctTexts(poll: ChoicePoll): string[] {
  const ballots = ballotsBy(poll)
  const texts = new Set<string>()
  while (texts.size < ORDERS) texts.add(ballots.next())
  return [...texts]
}

async function expectOrders(sql: Database, polls: Record<Side, ChoicePoll>): Promise<void> {
  for (const rule of RULES) {
    const [row] = await sql`
      SELECT count(DISTINCT mark)::integer AS orders FROM marks WHERE poll = ${polls[rule].poll.number}`
    if (row?.orders !== ORDERS) throw new Error(`the poll ${rule} has ${row?.orders} orders`)
  }
}

async function liveRound(subject: Subject, plan: Plan, i: number) {
  const sides = await takingTurns(i, SIDES, (side) => watched(subject, side, plan.liveSeconds))
  const more = RULES.flatMap((rule): [string, number][] => [
    [rule, sides[rule].result - sides.one.result],
    [`postgres ${rule}`, sides[rule].postgres - sides.one.postgres],
  ])
  const shown = Math.min(...RULES.map((rule) => sides[rule].outcomes))
  return {
    ...({
      ...{ one: sides.one.result, postgresOne: sides.one.postgres, shown },
      ...Object.fromEntries(more),
    } as Record<Names, number>),
    isFollowed: RULES.every((rule) => sides[rule].isFollowed),
  }
}

/** Has a crowd watch the poll while votes come, and gives the CPU as parts of a core. */
async function watched({ run, vote, result, polls }: Subject, side: Side, seconds: number) {
  const { poll, request } = polls[side]
  const crowd = {
    url: result.url,
    poll: poll.id,
    viewers: VIEWERS,
    until: null,
    file: join(run.dir, "sightings"),
  }
  const viewers = startProgram("viewers.ts", crowd)
  run.stores.defer(() => viewers.stop(0))
  await viewers.ready
  const viewer = new OutcomeViewer(result.url, poll.id)
  const voting = { url: vote.url, rate: VOTES_A_SECOND, seconds: WARM_UP_SECONDS + seconds, vote: request }
  const pace = startProgram("pace.ts", voting)
  run.stores.defer(() => pace.stop(0))
  await Bun.sleep(WARM_UP_SECONDS * 1_000)
  const before = { outcomes: viewer.outcomes, at: performance.now() }
  const pids = { result: result.app.pid, postgres: run.postgresPid }
  const { cpu } = await cpuDuring(pids, () => Bun.sleep(seconds * 1_000))
  const measured = (performance.now() - before.at) / 1_000
  const outcomes = (viewer.outcomes - before.outcomes) / measured
  paceResult.parse(await pace.result)
  const isFollowed = side === "one" || (await isFollowing(viewer))
  viewer.close()
  await viewers.stop(0)
  return { result: cpu.result / measured, postgres: cpu.postgres / measured, outcomes, isFollowed }
}

/** Whether the last outcome is, after a moment, that of the last votes. */
async function isFollowing(viewer: OutcomeViewer): Promise<boolean> {
  await waitFor("the outcome of the last votes", () => viewer.ballots === viewer.total, LOOK_MS)
  return viewer.total > ORDERS
}

function allFollowed(rounds: { isFollowed: boolean }[]): Check {
  return {
    name: "the last outcome was that of all votes",
    holds: rounds.every(({ isFollowed }) => isFollowed),
    seen: `rounds: ${rounds.length}`,
  }
}

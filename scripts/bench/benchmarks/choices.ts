/** What ballots cost that choose three of ten options, beside ballots that choose one: accepting them, and counting them. */

import { type Database, openDatabase } from "@tallyroom/lib/database"
import { type AppProcess, startVoteProcess } from "../../services/apps/start-apps"
import type { TellFigures } from "../figures/report"
import { alternating, type Block, type Check, figures, type Legend } from "../figures/rounds"
import { flood } from "../figures/wrk"
import { startReadyWorker } from "../subject/apps"
import { type BenchRun, type BenchStores, onFreshDatabase } from "../subject/bench-stores"
import { CHOSEN, type ChoicePolls, choicesBy, makeChoicePolls } from "../subject/choice-polls"
import { fillInbox, NO_LIMIT } from "../subject/inbox"
import { floodVote, noneRefused } from "./accept"
import { countAll, forgetVotes } from "./count"
import type { Plan } from "./plan"

/** Three times as much is said; more than twice the time for it would be waste. */
const SEVERAL_TO_ONE = { kind: "at most", value: 2 } as const
const WARM_UP_SECONDS = 2

const LEGEND = {
  acceptedOne: { name: "accepted, one option", unit: "votes/s" },
  acceptedSeveral: { name: "accepted, three of ten", unit: "votes/s" },
  acceptTime: { name: "time to accept three of ten, to one", unit: "", bound: SEVERAL_TO_ONE },
  acceptCpu: { name: "the same, CPU of vote and Redis", unit: "" },
  countedOne: { name: "counted, one option", unit: "votes/s" },
  countedSeveral: { name: "counted, three of ten", unit: "votes/s" },
  countTime: { name: "time to count three of ten, to one", unit: "", bound: SEVERAL_TO_ONE },
  countCpu: { name: "the same, CPU of worker and Postgres", unit: "" },
} satisfies Legend<string>

type Subject = { run: BenchRun; sql: Database; worker: AppProcess; vote: AppProcess; polls: ChoicePolls }
type Kind = keyof ChoicePolls

export function benchChoices(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  return onFreshDatabase(benchStores, async (run) => {
    const subject = await startSubject(run)
    const rounds = []
    for (let i = 0; i < plan.rounds; i++) {
      const round = await choicesRound(subject, plan, i)
      say(`round ${i + 1} of ${plan.rounds}`, figures(LEGEND, [round]))
      rounds.push(round)
    }
    return {
      name: "choices",
      about: `wrk votes as fast as it can for ${plan.acceptSeconds} s a side and round while no worker runs; then ${plan.countBallots} ballots of new voters wait when the worker begins`,
      figures: figures(LEGEND, rounds),
      checks: [noneRefused("of either kind", rounds), allMarked(plan, rounds)],
    }
  })
}

async function startSubject(run: BenchRun): Promise<Subject> {
  const worker = await startReadyWorker(run)
  const sql = openDatabase(run.stores.database.adminUrl, { name: "bench", connections: 2 })
  run.stores.defer(() => sql.end({ timeout: 1 }))
  const polls = await makeChoicePolls(sql, run.redis)
  const vote = await startVoteProcess(run.stores, { BACKLOG_LIMIT: String(NO_LIMIT) })
  for (const { request } of Object.values(polls)) await flood(vote.url, WARM_UP_SECONDS, request)
  return { run, sql, worker, vote, polls }
}

async function choicesRound(subject: Subject, plan: Plan, i: number) {
  const [acceptedOne, acceptedSeveral] = await alternating(
    i,
    () => accept(subject, "one", plan),
    () => accept(subject, "several", plan),
  )
  const [countedOne, countedSeveral] = await alternating(
    i,
    () => count(subject, "one", plan),
    () => count(subject, "several", plan),
  )
  return {
    ...{ acceptedOne: acceptedOne.rate, acceptedSeveral: acceptedSeveral.rate },
    ...{ countedOne: countedOne.rate, countedSeveral: countedSeveral.rate },
    acceptTime: acceptedOne.rate / acceptedSeveral.rate,
    acceptCpu: (acceptedSeveral.cpu + acceptedSeveral.redisCpu) / (acceptedOne.cpu + acceptedOne.redisCpu),
    countTime: countedOne.rate / countedSeveral.rate,
    countCpu: cpuOf(countedSeveral) / cpuOf(countedOne),
    refused: acceptedOne.refused + acceptedSeveral.refused,
    marks: countedSeveral.marks,
  }
}

/** What was accepted is counted afterwards, and forgotten. */
async function accept({ run, sql, worker, vote, polls }: Subject, kind: Kind, plan: Plan) {
  const { poll, request } = polls[kind]
  await forgetVotes(run, sql, poll.id)
  worker.app.kill("SIGSTOP")
  const side = { url: vote.url, pid: vote.app.pid }
  try {
    return await floodVote(run, side, plan.acceptSeconds, { ...request, poll: poll.id })
  } finally {
    worker.app.kill("SIGCONT")
  }
}

async function count({ run, sql, worker, polls }: Subject, kind: Kind, plan: Plan) {
  const { poll } = polls[kind]
  await forgetVotes(run, sql, poll.id)
  worker.app.kill("SIGSTOP")
  await fillInbox(run.redis, plan.countBallots, poll, choicesBy(poll))
  const counted = await countAll(run, sql, worker, plan.countBallots)
  const [row] = await sql`SELECT COALESCE(sum(votes), 0)::integer AS marks FROM marks`
  return { ...counted, marks: Number(row?.marks) }
}

function cpuOf({ workerCpu, postgresCpu }: { workerCpu: number; postgresCpu: number }): number {
  return workerCpu + postgresCpu
}

function allMarked({ countBallots }: Plan, rounds: { marks: number }[]): Check {
  return {
    name: "each option that a ballot chose was counted",
    holds: rounds.every(({ marks }) => marks === countBallots * CHOSEN),
    seen: `marks: ${rounds.map(({ marks }) => marks).join(", ")}`,
  }
}

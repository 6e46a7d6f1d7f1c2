/** What ballots of every method cost, beside ballots that choose one option: accepting them, and counting them. */

import { type Database, openDatabase } from "@tallyroom/lib/database"
import { type AppProcess, startVoteProcess } from "../../services/apps/start-apps"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import { type Block, type Bound, type Check, figures, type Legend, takingTurns } from "../figures/rounds"
import { flood } from "../figures/wrk"
import { startReadyWorker } from "../subject/apps"
import { type BenchRun, type BenchStores, onFreshDatabase } from "../subject/bench-stores"
import {
  ballotsBy,
  type ChoicePoll,
  KIND_NAMES,
  type KindName,
  makeChoicePoll,
  OTHER_KINDS,
} from "../subject/choice-polls"
import { fillInbox, NO_LIMIT } from "../subject/inbox"
import { floodVote, noneRefused } from "./accept"
import { countAll, forgetVotes } from "./count"
import type { Plan } from "./plan"

/** Options that are chosen alike are a character each. */
const CHOSEN_TO_ONE: Bound = { kind: "at most", value: 2 }
/** These say something of each of the ten options. */
const SAID_TO_ONE: Bound = { kind: "at most", value: 3 }

const OTHERS = {
  three: { says: "three of ten", bound: CHOSEN_TO_ONE },
  any: { says: "any of ten", bound: CHOSEN_TO_ONE },
  rank: { says: "ten ranked", bound: SAID_TO_ONE },
  rate: { says: "ten rated", bound: SAID_TO_ONE },
  star: { says: "ten rated for STAR", bound: SAID_TO_ONE },
  decide: { says: "ten decided", bound: SAID_TO_ONE },
} as const

const WARM_UP_SECONDS = 2

type OtherKind = (typeof OTHER_KINDS)[number]
type Names = "accepted" | "acceptCpu" | "counted" | "countCpu" | `${OtherKind} ${"accept" | "count" | "time"}`

const LEGEND = {
  accepted: { name: "accepted, one option", unit: "votes/s" },
  acceptCpu: { name: "CPU of a million of them, vote and Redis", unit: "s" },
  counted: { name: "counted, one option", unit: "votes/s" },
  countCpu: { name: "CPU of a million of them, worker and Postgres", unit: "s" },
  ...forOthers(({ says, bound }) => ({
    accept: { name: `CPU to accept ${says}, to one`, unit: "", bound },
    count: { name: `CPU to count ${says}, to one`, unit: "", bound },
    time: { name: `time to count ${says}, to one`, unit: "" },
  })),
} as Legend<Names>

/** What is told of each other kind, by its name and what it is. */
function forOthers<T>(tell: (other: (typeof OTHERS)[OtherKind], kind: OtherKind) => Record<string, T>) {
  return Object.fromEntries(
    OTHER_KINDS.flatMap((kind) =>
      Object.entries(tell(OTHERS[kind], kind)).map(([what, it]) => [`${kind} ${what}`, it]),
    ),
  )
}

type Subject = {
  run: BenchRun
  sql: Database
  worker: AppProcess
  vote: AppProcess
  polls: Record<KindName, ChoicePoll>
}

export function benchChoices(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  return onFreshDatabase(benchStores, async (run) => {
    const subject = await startSubject(run)
    const rounds = await measureRounds(plan.rounds, LEGEND, say, (i) => choicesRound(subject, plan, i))
    return {
      name: "choices",
      about: `wrk votes as fast as it can for ${plan.choiceSeconds} s a kind and round while no worker runs; then ${plan.choiceBallots} ballots of new voters wait when the worker begins, each by chance`,
      figures: figures(LEGEND, rounds),
      checks: [noneRefused("of any kind", rounds), allMarked(rounds)],
    }
  })
}

async function startSubject(run: BenchRun): Promise<Subject> {
  const worker = await startReadyWorker(run)
  const sql = openDatabase(run.stores.database.adminUrl, { name: "bench", connections: 2 })
  run.stores.defer(() => sql.end({ timeout: 1 }))
  const polls = await takingTurns(0, KIND_NAMES, (kind) => makeChoicePoll(sql, run.redis, kind))
  const vote = await startVoteProcess(run.stores, { BACKLOG_LIMIT: String(NO_LIMIT) })
  for (const { request } of Object.values(polls)) await flood(vote.url, WARM_UP_SECONDS, request)
  return { run, sql, worker, vote, polls }
}

async function choicesRound(subject: Subject, plan: Plan, i: number) {
  const accepted = await takingTurns(i, KIND_NAMES, (kind) => accept(subject, kind, plan))
  const counted = await takingTurns(i, KIND_NAMES, (kind) => count(subject, kind, plan))
  const ratios = forOthers((_, kind) => ({
    accept: accepted[kind].cpu / accepted.one.cpu,
    count: counted[kind].cpu / counted.one.cpu,
    time: counted.one.rate / counted[kind].rate,
  }))
  return {
    ...({
      ...{ accepted: accepted.one.rate, acceptCpu: accepted.one.cpu },
      ...{ counted: counted.one.rate, countCpu: counted.one.cpu },
      ...ratios,
    } as Record<Names, number>),
    refused: Object.values(accepted).reduce((sum, { refused }) => sum + refused, 0),
    unmarked: Object.values(counted).reduce((sum, { said, marked }) => sum + Math.abs(said - marked), 0),
  }
}

/** What was accepted is counted afterwards, and forgotten. */
async function accept({ run, sql, worker, vote, polls }: Subject, kind: KindName, plan: Plan) {
  const { poll, request } = polls[kind]
  await forgetVotes(run, sql, poll.id)
  worker.app.kill("SIGSTOP")
  const side = { url: vote.url, pid: vote.app.pid }
  try {
    const { rate, refused, cpu, redisCpu } = await floodVote(run, side, plan.choiceSeconds, {
      ...request,
      poll: poll.id,
    })
    return { rate, refused, cpu: cpu + redisCpu }
  } finally {
    worker.app.kill("SIGCONT")
  }
}

async function count({ run, sql, worker, polls }: Subject, kind: KindName, plan: Plan) {
  const { poll } = polls[kind]
  await forgetVotes(run, sql, poll.id)
  worker.app.kill("SIGSTOP")
  const ballots = ballotsBy(polls[kind])
  await fillInbox(run.redis, plan.choiceBallots, poll, ballots.next)
  const { rate, workerCpu, postgresCpu } = await countAll(run, sql, worker, plan.choiceBallots)
  const [row] = await sql`SELECT COALESCE(sum(votes), 0)::integer AS marks FROM marks`
  return { rate, cpu: workerCpu + postgresCpu, said: ballots.marks(), marked: Number(row?.marks) }
}

function allMarked(rounds: { unmarked: number }[]): Check {
  return {
    name: "whatever a ballot said of an option was counted",
    holds: rounds.every(({ unmarked }) => unmarked === 0),
    seen: `not counted: ${rounds.map(({ unmarked }) => unmarked).join(", ")}`,
  }
}

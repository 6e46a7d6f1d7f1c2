/** What thousands of polls cost that are open at once: while nobody votes, in lists, in counting, when they close at the same second, and when Redis was wiped. */

import { type Database, openDatabase } from "@tallyroom/lib/database"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { auditPolls } from "../../../apps/worker/audit/audit"
import { ADMIN_TOKEN, type AppProcess, startWorkerProcess } from "../../services/apps/start-apps"
import { cpuDuring, residentMb } from "../../services/processes/cpu"
import { untilInboxOpen } from "../../services/stores/inbox-open"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import { alternating, type Block, type Check, type Figure, figures, type Legend } from "../figures/rounds"
import { startAll } from "../subject/apps"
import { type BenchRun, type BenchStores, emptyRedis, onFreshDatabase } from "../subject/bench-stores"
import { castNew, castSpread, NO_LIMIT, usedMemory } from "../subject/inbox"
import { closeAll, makePolls, untilCopied } from "../subject/many-polls"
import { POLL_ID } from "../subject/poll"
import { countAll } from "./count"
import type { Plan } from "./plan"

const STOP_GRACE_MS = 5_000
const RESTORED_DEADLINE_MS = 10 * 60_000
const MB = 1_048_576
/** The median of so many answers is told. */
const ANSWERS = 9
/** Of one core, while nobody does anything. */
const IDLE = { kind: "at most", value: 0.15 } as const

const COUNTING = {
  oneWorker: { name: "CPU of a million votes in one poll, worker", unit: "s" },
  onePostgres: { name: "the same, Postgres", unit: "s" },
  allWorker: { name: "CPU of a million votes, each in the next poll, worker", unit: "s" },
  allPostgres: { name: "the same of these, Postgres", unit: "s" },
  ratio: { name: "both for the second to both for the first", unit: "" },
} satisfies Legend<string>

type Room = { run: BenchRun; sql: Database; worker: AppProcess; vote: AppProcess; result: AppProcess }

export function benchPolls(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  return onFreshDatabase(benchStores, async (run) => {
    const sql = openDatabase(run.stores.database.adminUrl, { name: "bench", connections: 2 })
    run.stores.defer(() => sql.end({ timeout: 1 }))
    const room: Room = { run, sql, ...(await startAll(run, NO_LIMIT)) }
    const found: Figure[] = []
    const tell = (what: string, some: Figure[]) => {
      found.push(...some)
      say(what, some)
    }
    tell("one poll is open", await idle(room, plan, "one poll open"))
    const polls = await opened(room, plan, tell)
    tell("all are open", await idle(room, plan, "all open"))
    tell("lists", await lists(room))
    const before = { counted: 0 }
    const rounds = await measureRounds(plan.rounds, COUNTING, say, (i) =>
      countRound(room, plan, polls, before, i),
    )
    tell("Redis is wiped", await restored(room, polls))
    const { result: closed, cpu } = await cpuDuring(pidsOf(room), () => closeAll(sql, polls))
    tell("all close", [
      once("all close at the same second: all are final after", "s", closed.final),
      once("and every outcome is stored after", "s", closed.stored),
      ...cpuFigures("closing all", cpu),
    ])
    return {
      name: "polls",
      about: `${polls.length.toLocaleString("en-GB")} polls of two options are open beside the first one; ${plan.pollsBallots} ballots a round and side`,
      figures: [...found, ...figures(COUNTING, rounds)],
      checks: [await balance(room)],
    }
  })
}

type Pids = Record<"worker" | "result" | "postgres" | "redis", number>

function pidsOf({ run, worker, result }: Room): Pids {
  return {
    ...{ worker: worker.app.pid, result: result.app.pid },
    ...{ postgres: run.postgresPid, redis: run.redisPid },
  }
}

/** On a busy machine CPU tells more than time. */
function cpuFigures(what: string, cpu: Pids): Figure[] {
  return [
    once(`${what}: CPU of the worker`, "s", cpu.worker),
    once(`${what}: CPU of Postgres`, "s", cpu.postgres),
    once(`${what}: CPU of Redis`, "s", cpu.redis),
  ]
}

const once = (name: string, unit: string, value: number): Figure => ({ name, unit, values: [value] })

/** What each process takes of one core while nobody votes or looks. */
async function idle(room: Room, plan: Plan, when: string): Promise<Figure[]> {
  await Bun.sleep(plan.pollsIdleSeconds * 1_000)
  const { cpu } = await cpuDuring(pidsOf(room), () => Bun.sleep(plan.pollsIdleSeconds * 1_000))
  const share = (seconds: number) => seconds / plan.pollsIdleSeconds
  return [
    { ...once(`${when}, nobody votes: worker`, "of a core", share(cpu.worker)), bound: IDLE },
    { ...once(`${when}, nobody votes: Postgres`, "of a core", share(cpu.postgres)), bound: IDLE },
    { ...once(`${when}, nobody votes: Redis`, "of a core", share(cpu.redis)), bound: IDLE },
    { ...once(`${when}, nobody votes: result`, "of a core", share(cpu.result)), bound: IDLE },
    once(`${when}, resident memory of the worker`, "MB", residentMb(room.worker.app.pid)),
  ]
}

async function opened(room: Room, plan: Plan, tell: TellFigures): Promise<Poll[]> {
  const { run, sql } = room
  const memoryBefore = await usedMemory(run.redis)
  const start = performance.now()
  const { result: polls, cpu } = await cpuDuring(pidsOf(room), async () => {
    const made = await makePolls(sql, plan.polls)
    await untilCopied(run.redis, made)
    return made
  })
  const seconds = (performance.now() - start) / 1_000
  const mb = ((await usedMemory(run.redis)) - memoryBefore) / MB
  tell("polls are made", [
    once("all made in one statement: every shard has a copy of each after", "s", seconds),
    once("memory that these copies take in Redis", "MB", mb),
    ...cpuFigures("making them and their copies", cpu),
  ])
  return polls
}

async function lists({ vote, result }: Room): Promise<Figure[]> {
  const admin = { authorization: `Bearer ${ADMIN_TOKEN}` }
  const asked = [
    { name: "vote's list, a part", url: `${vote.url}/api/polls?offset=500` },
    { name: "result's list, a part", url: `${result.url}/api/polls?offset=500` },
    { name: "a page of the control room", url: `${result.url}/admin?page=3`, headers: admin },
    { name: "the control room's page of health", url: `${result.url}/admin/health`, headers: admin },
    { name: "a search in the control room", url: `${result.url}/admin?q=poll-77`, headers: admin },
  ]
  const found: Figure[] = []
  for (const { name, url, headers = {} } of asked) {
    const values: number[] = []
    for (let i = 0; i < ANSWERS; i++) {
      const start = performance.now()
      const answer = await fetch(url, { headers })
      await answer.arrayBuffer()
      if (!answer.ok) throw new Error(`${url} was answered ${answer.status}`)
      values.push(performance.now() - start)
    }
    found.push({ name, unit: "ms", values })
  }
  return found
}

async function countRound(
  { run, sql, worker }: Room,
  plan: Plan,
  polls: readonly Poll[],
  before: { counted: number },
  i: number,
) {
  const count = async (cast: () => Promise<void>) => {
    worker.app.kill("SIGSTOP")
    await cast()
    const { workerCpu, postgresCpu } = await countAll(run, sql, worker, plan.pollsBallots, before.counted)
    before.counted += plan.pollsBallots
    return { workerCpu, postgresCpu, sum: workerCpu + postgresCpu }
  }
  const [first] = polls
  if (!first) throw new Error("there are no polls")
  const [one, all] = await alternating(
    i,
    () => count(() => castNew(run.redis, plan.pollsBallots, first)),
    () => count(() => castSpread(run.redis, plan.pollsBallots, polls)),
  )
  return {
    ...{ oneWorker: one.workerCpu, onePostgres: one.postgresCpu },
    ...{ allWorker: all.workerCpu, allPostgres: all.postgresCpu },
    ratio: all.sum / one.sum,
  }
}

/** Redis loses everything while no worker runs, and a worker makes it anew from Postgres. */
async function restored(room: Room, polls: readonly Poll[]): Promise<Figure[]> {
  const { run, worker } = room
  await worker.app.stop(STOP_GRACE_MS)
  await emptyRedis(run.redis)
  const start = performance.now()
  room.worker = await startWorkerProcess(run.stores)
  await room.worker.app.waitReady(undefined, RESTORED_DEADLINE_MS)
  await untilInboxOpen(run.stores.redis.workerUrl)
  await untilCopied(run.redis, polls)
  const seconds = (performance.now() - start) / 1_000
  return [once("a worker that starts with a wiped Redis lets vote write after", "s", seconds)]
}

async function balance({ run, sql }: Room): Promise<Check> {
  const books = await auditPolls(sql, run.redis)
  const faults = books.flatMap(({ poll, faults }) => faults.map((fault) => `${poll}: ${fault}`))
  const voted = books.filter(({ poll, counted }) => poll !== POLL_ID && counted > 0).length
  return {
    name: "the books of every poll balance",
    holds: faults.length === 0,
    seen: `${voted} polls with votes, faults: ${faults.slice(0, 3).join("; ") || "none"}`,
  }
}

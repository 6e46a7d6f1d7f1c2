/** Whether accepting and counting cost more where millions have voted in the same poll already. */

import { join } from "node:path"
import { voterOfUuid } from "@tallyroom/lib/ballots/voter"
import { type Database, openDatabase } from "@tallyroom/lib/database"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { pollColumns, readPollRow } from "@tallyroom/lib/polls/rows"
import type { Redis } from "ioredis"
import { auditPolls } from "../../../apps/worker/audit/audit"
import { type AppProcess, startVoteProcess, startWorkerProcess } from "../../services/apps/start-apps"
import { untilInboxOpen } from "../../services/stores/inbox-open"
import { startRedis } from "../../services/stores/redis"
import { waitFor } from "../../services/wait"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import { type Block, type Bound, type Check, figures, type Legend, takingTurns } from "../figures/rounds"
import { flood } from "../figures/wrk"
import { startReadyWorker } from "../subject/apps"
import {
  type BenchRun,
  type BenchStores,
  connectRedis,
  emptyRedis,
  onFreshDatabase,
  rewriteFile,
} from "../subject/bench-stores"
import { acceptedCount, acceptedInTheEnd, castAgain, castNew, NO_LIMIT, usedMemory } from "../subject/inbox"
import { POLL_ID } from "../subject/poll"
import { putVotersThere } from "../subject/voters-there"
import { floodVote, noneRefused } from "./accept"
import { countAll, forgetVotes, untilCounted } from "./count"
import type { Plan } from "./plan"

/** Of what it takes where nobody has voted. */
const CPU_TO_NONE: Bound = { kind: "at most", value: 1.2 }

const WARM_UP_SECONDS = 2
const STOP_GRACE_MS = 5_000
/** Ten million voters come back into Redis. */
const RESTORED_DEADLINE_MS = 10 * 60_000
const MB = 1_048_576

type Measure =
  | "accepted"
  | "acceptCpu"
  | "counted"
  | "countWorker"
  | "countPostgres"
  | "acceptRatio"
  | "countRatio"
type Names = `${Measure} ${number}`

/** A Tallyroom with Redis and database of its own; what they share is Postgres's server. */
type Room = {
  voters: number
  run: BenchRun
  sql: Database
  worker: AppProcess
  vote: AppProcess
  poll: Poll
  /** How long the worker took to bring the voters back into an empty Redis, and what they take there. */
  restored: { seconds: number; mb: number }
}

export async function benchSize(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  return withRooms(benchStores, plan.sizes, async (rooms) => {
    const legend = legendOf(plan.sizes)
    const byVoters = new Map(rooms.map((room) => [String(room.voters), room]))
    const rounds = await measureRounds(plan.rounds, legend, say, async (i) => {
      const measured = await takingTurns(i, [...byVoters.keys()], (voters) => {
        const room = byVoters.get(voters)
        if (!room) throw new Error(`no room has ${voters} voters`)
        return acceptAndCount(room, plan)
      })
      return roundOf(measured)
    })
    const checks = await Promise.all(rooms.map(checksOf))
    const restored = rooms.filter(({ voters }) => voters > 0).flatMap(restoredFigures)
    return {
      name: "size",
      about: `wrk votes as fast as it can for ${plan.sizeSeconds} s while no worker runs, which then counts ${plan.countBallots} or what that was, if more; ${plan.sizes.map(inWords).join(", ")} voted in the poll before the first round`,
      figures: [...figures(legend, rounds), ...restored],
      checks: [noneRefused("at any size", rounds), ...checks.flat()],
    }
  })
}

const inWords = (voters: number) => voters.toLocaleString("en-GB")

function legendOf(sizes: readonly number[]): Legend<Names> {
  const entries = sizes.flatMap((voters) => {
    const there = `${inWords(voters)} there`
    const ratios = [
      [
        `acceptRatio ${voters}`,
        { name: `${there}, CPU of accepting to that with none`, unit: "", bound: CPU_TO_NONE },
      ],
      [
        `countRatio ${voters}`,
        { name: `${there}, CPU of counting to that with none`, unit: "", bound: CPU_TO_NONE },
      ],
    ]
    return [
      [`accepted ${voters}`, { name: `${there}, accepted`, unit: "votes/s" }],
      [`acceptCpu ${voters}`, { name: `${there}, CPU of an accepted vote, vote and Redis`, unit: "µs" }],
      [`counted ${voters}`, { name: `${there}, counted`, unit: "votes/s" }],
      [`countWorker ${voters}`, { name: `${there}, CPU of a million counted votes, worker`, unit: "s" }],
      [`countPostgres ${voters}`, { name: `${there}, the same, Postgres`, unit: "s" }],
      ...(voters > 0 ? ratios : []),
    ]
  })
  return Object.fromEntries(entries)
}

function restoredFigures({ voters, restored }: Room) {
  const name = `a new Redis has ${inWords(voters)} voters back`
  return [
    { name: `${name} after`, unit: "s", values: [restored.seconds] },
    { name: `${name}, which take`, unit: "MB", values: [restored.mb] },
  ]
}

async function withRooms<T>(
  benchStores: BenchStores,
  sizes: readonly number[],
  play: (rooms: Room[]) => Promise<T>,
  made: Room[] = [],
): Promise<T> {
  const voters = sizes[made.length]
  if (voters === undefined) return play(made)
  const redisServer = await startRedis({
    dir: join(benchStores.dir, `redis-${voters}`),
    appendfsync: "always",
  })
  const redis = await connectRedis(redisServer.adminUrl)
  try {
    const own = { ...benchStores, redisServer, redis, redisPid: redisServer.pid ?? 0 }
    return await onFreshDatabase(own, async (run) =>
      withRooms(benchStores, sizes, play, [...made, await openRoom(run, voters)]),
    )
  } finally {
    redis.disconnect()
    await redisServer.stop()
  }
}

/** Voters come into Redis as they do after it was wiped: a worker that finds them in Postgres alone restores them. */
async function openRoom(run: BenchRun, voters: number): Promise<Room> {
  const { stores, redis } = run
  const sql = openDatabase(stores.database.adminUrl, { name: "bench", connections: 2 })
  stores.defer(() => sql.end({ timeout: 1 }))
  const first = await startReadyWorker(run)
  await first.app.stop(STOP_GRACE_MS)
  await emptyRedis(redis)
  if (voters > 0) await putVotersThere(sql, voters)
  const [start, before] = [performance.now(), await usedMemory(redis)]
  const worker = await startWorkerProcess(stores)
  await worker.app.waitReady(undefined, RESTORED_DEADLINE_MS)
  await untilInboxOpen(stores.redis.workerUrl)
  const seconds = (performance.now() - start) / 1_000
  const mb = ((await usedMemory(redis)) - before) / MB
  await untilFileIsQuiet(redis)
  const vote = await startVoteProcess(stores, { BACKLOG_LIMIT: String(NO_LIMIT) })
  await flood(vote.url, WARM_UP_SECONDS)
  await untilCounted(sql, await acceptedInTheEnd(redis))
  worker.app.kill("SIGSTOP")
  return { voters, run, sql, worker, vote, poll: await thePoll(sql), restored: { seconds, mb } }
}

async function thePoll(sql: Database): Promise<Poll> {
  const [row] = await sql`SELECT ${pollColumns(sql)} FROM polls`
  const poll = readPollRow(row)
  if (!poll) throw new Error("a first start made no poll")
  return poll
}

/** Restoring millions of voters has Redis write its file anew by itself, which may be under way. */
async function untilFileIsQuiet(redis: Redis): Promise<void> {
  const isQuiet = async () => (await redis.info("persistence")).includes("aof_rewrite_in_progress:0")
  await waitFor("Redis to have written its file", isQuiet, RESTORED_DEADLINE_MS)
  await rewriteFile(redis, RESTORED_DEADLINE_MS)
}

/** Where nobody is to have voted, whoever did is forgotten. */
async function acceptAndCount({ voters, run, sql, worker, vote, poll }: Room, plan: Plan) {
  if (voters === 0) {
    worker.app.kill("SIGCONT")
    await forgetVotes(run, sql)
    worker.app.kill("SIGSTOP")
  }
  const before = await countedBefore(sql)
  const side = { url: vote.url, pid: vote.app.pid }
  const acceptedBefore = await acceptedCount(run.redis)
  const accepting = await floodVote(run, side, plan.sizeSeconds)
  const flooded = (await acceptedInTheEnd(run.redis)) - acceptedBefore
  // However few a slow machine accepts, counting is measured by as many as in `count`.
  const more = Math.max(0, plan.countBallots - flooded)
  await castNew(run.redis, more, poll)
  const cast = flooded + more
  const counting = await countAll(run, sql, worker, cast, before)
  worker.app.kill("SIGSTOP")
  return { accepting, counting }
}

type Measured = Awaited<ReturnType<typeof acceptAndCount>>

function roundOf(measured: Record<string, Measured>) {
  const acceptCpu = ({ accepting }: Measured) => accepting.cpu + accepting.redisCpu
  const countCpu = ({ counting }: Measured) => counting.workerCpu + counting.postgresCpu
  const none = measured["0"]
  const values = Object.entries(measured).flatMap(([voters, it]) => [
    [`accepted ${voters}`, it.accepting.rate],
    [`acceptCpu ${voters}`, acceptCpu(it)],
    [`counted ${voters}`, it.counting.rate],
    [`countWorker ${voters}`, it.counting.workerCpu],
    [`countPostgres ${voters}`, it.counting.postgresCpu],
    [`acceptRatio ${voters}`, none ? acceptCpu(it) / acceptCpu(none) : Number.NaN],
    [`countRatio ${voters}`, none ? countCpu(it) / countCpu(none) : Number.NaN],
  ])
  const refused = Object.values(measured).reduce((sum, { accepting }) => sum + accepting.refused, 0)
  return { ...(Object.fromEntries(values) as Record<Names, number>), refused }
}

async function countedBefore(sql: Database): Promise<number> {
  const [row] = await sql`SELECT COALESCE(sum(counted), 0)::bigint AS counted FROM books`
  return Number(row?.counted)
}

async function checksOf(room: Room): Promise<Check[]> {
  const { voters, run, sql, worker } = room
  worker.app.kill("SIGCONT")
  const [books] = (await auditPolls(sql, run.redis)).filter(({ poll }) => poll === POLL_ID)
  const balance: Check = {
    name: `the books balance, ${inWords(voters)} there`,
    holds: books?.faults.length === 0 && books.counted >= voters && books.recount === books.counted,
    seen: `${books?.counted} counted, ${books?.recount} rows, faults: ${books?.faults.join("; ") || "none"}`,
  }
  return voters === 0 ? [] : [balance, await votesOnce(room)]
}

/** One of those who were there, and chooses another option now. */
async function votesOnce({ run: { redis }, sql, voters, poll }: Room): Promise<Check> {
  const [vote] = await sql`SELECT voter, option FROM votes ORDER BY ms LIMIT 1`
  if (!vote) throw new Error("there are no votes")
  const other = vote.option === "a" ? "b" : "a"
  const answer = await castAgain(redis, poll, voterOfUuid(String(vote.voter)), other)
  return {
    name: `who voted before may not vote again, ${inWords(voters)} there`,
    holds: answer === "stands",
    seen: answer,
  }
}

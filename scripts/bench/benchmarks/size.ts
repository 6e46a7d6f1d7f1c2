/** Whether accepting and counting cost more where millions have voted already, in the same poll or in old ones; and what it takes to come back there. */

import { voterOfUuid } from "@tallyroom/lib/ballots/voter"
import type { Database } from "@tallyroom/lib/database"
import { auditPolls, type PollBooks } from "../../../apps/worker/audit/audit"
import { measureRounds } from "../figures/measure-rounds"
import type { TellFigures } from "../figures/report"
import {
  type Block,
  type Bound,
  type Check,
  type Figure,
  figures,
  type Legend,
  takingTurns,
} from "../figures/rounds"
import type { BenchStores } from "../subject/bench-stores"
import { acceptedCount, acceptedInTheEnd, castAgain, castNew } from "../subject/inbox"
import { type Room, type There, withRooms } from "../subject/rooms"
import { requireRoom } from "../subject/voters-there"
import { floodVote, noneRefused } from "./accept"
import { countAll, countWaiting, forgetVotes } from "./count"
import type { Plan } from "./plan"

/** Of what it takes where nobody has voted. */
const CPU_TO_NONE: Bound = { kind: "at most", value: 1.2 }

type Measure =
  | "accepted"
  | "acceptCpu"
  | "counted"
  | "countWorker"
  | "countPostgres"
  | "wal"
  | "later"
  | "laterWal"
  | "cycle"
  | "acceptRatio"
  | "countRatio"
  | "laterRatio"
  | "cycleRatio"
type Names = `${Measure} ${string}`

export async function benchSize(benchStores: BenchStores, plan: Plan, say: TellFigures): Promise<Block> {
  const wanted = roomsOf(plan)
  const inRedis = sum(plan.sizes)
  requireRoom(benchStores.dir, sum(wanted.map(({ voters }) => voters)), inRedis)
  return withRooms(benchStores, wanted, async (rooms) => {
    const found = rooms.flatMap(foundFigures)
    say("before the first round", found)
    const legend = legendOf(wanted)
    const byName = new Map(rooms.map((room) => [inWords(room.there), room]))
    const rounds = await measureRounds(plan.rounds, legend, say, async (i) => {
      const measured = await takingTurns(i, [...byName.keys()], (name) => {
        const room = byName.get(name)
        if (!room) throw new Error(`there is no room with ${name}`)
        return acceptAndCount(room, plan)
      })
      return roundOf(measured)
    })
    const audited: Audited[] = []
    for (const room of rooms) audited.push(await audit(room))
    return {
      name: "size",
      about: `wrk votes as fast as it can for ${plan.sizeSeconds} s while no worker runs, which then counts ${plan.countBallots} or what that was, if more, right after a checkpoint, and ${plan.countBallots} more; before the first round these had voted: ${wanted.map(inWords).join(", ")}`,
      figures: [...figures(legend, rounds), ...found, ...audited.map(({ figure }) => figure)],
      checks: [noneRefused("at any size", rounds), ...audited.flatMap(({ checks }) => checks)],
    }
  })
}

/** Beside polls of each size one in whose database as many have voted in old polls as in the largest. */
function roomsOf({ sizes }: Plan): There[] {
  const inThePoll = sizes.map((voters): There => ({ voters, polls: "the poll" }))
  return [...inThePoll, { voters: Math.max(...sizes), polls: "old polls" }]
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0)

const inWords = ({ voters, polls }: There) =>
  polls === "the poll"
    ? `${voters.toLocaleString("en-GB")} there`
    : `${voters.toLocaleString("en-GB")} in old polls`

const isNone = ({ voters }: There) => voters === 0

function legendOf(wanted: readonly There[]): Legend<Names> {
  const entries = wanted.flatMap((there) => {
    const name = inWords(there)
    const ratios = [
      [
        `acceptRatio ${name}`,
        { name: `${name}, CPU of accepting to that with none`, unit: "", bound: CPU_TO_NONE },
      ],
      [
        `countRatio ${name}`,
        { name: `${name}, CPU of counting right after a checkpoint to that with none`, unit: "" },
      ],
      [`laterRatio ${name}`, { name: `${name}, the same later`, unit: "" }],
      [
        `cycleRatio ${name}`,
        { name: `${name}, the same from one checkpoint to the next`, unit: "", bound: CPU_TO_NONE },
      ],
    ]
    return [
      [`accepted ${name}`, { name: `${name}, accepted`, unit: "votes/s" }],
      [`acceptCpu ${name}`, { name: `${name}, CPU of an accepted vote, vote and Redis`, unit: "µs" }],
      [`counted ${name}`, { name: `${name}, counted`, unit: "votes/s" }],
      [`countWorker ${name}`, { name: `${name}, CPU of a million counted votes, worker`, unit: "s" }],
      [`countPostgres ${name}`, { name: `${name}, the same, Postgres`, unit: "s" }],
      [`wal ${name}`, { name: `${name}, log that Postgres writes for a counted vote`, unit: "bytes" }],
      [`later ${name}`, { name: `${name}, CPU of a million votes counted later, both`, unit: "s" }],
      [`laterWal ${name}`, { name: `${name}, log for such a vote`, unit: "bytes" }],
      [
        `cycle ${name}`,
        { name: `${name}, CPU of a million votes from one checkpoint to the next, both`, unit: "s" },
      ],
      ...(isNone(there) ? [] : ratios),
    ]
  })
  return Object.fromEntries(entries)
}

/** What was measured before the first round. */
function foundFigures({ there, tableMb, indexMb, restartSeconds, restored }: Room): Figure[] {
  const name = inWords(there)
  const sizes = [
    { name: `${name}, table of votes`, unit: "MB", values: [tableMb] },
    { name: `${name}, its index`, unit: "MB", values: [indexMb] },
  ]
  return [
    ...(isNone(there) ? [] : sizes),
    { name: `${name}, a worker that starts lets vote write after`, unit: "s", values: [restartSeconds] },
    ...(restored
      ? [
          { name: `${name}, the same where Redis was wiped`, unit: "s", values: [restored.seconds] },
          { name: `${name}, memory that they take in Redis`, unit: "MB", values: [restored.mb] },
        ]
      : []),
  ]
}

/** Where nobody is to have voted, whoever did is forgotten. */
async function acceptAndCount(room: Room, plan: Plan) {
  const { there, run, sql, worker, vote, poll } = room
  if (isNone(there)) {
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
  const counting = await counted(room, flooded + more, before, countAll)
  await castNew(run.redis, plan.countBallots, poll)
  const later = await counted(room, plan.countBallots, before + flooded + more, countWaiting)
  return { accepting, counting, later, cycle: await cycleCpu(sql, counting, later) }
}

type Counted = { votes: number; workerCpu: number; postgresCpu: number; rate: number; wal: number }

/** Counts what waits, and sends the worker back to sleep. */
async function counted(
  { run, sql, worker }: Room,
  votes: number,
  before: number,
  count: typeof countWaiting,
): Promise<Counted> {
  const logBefore = await logPosition(sql)
  const counting = await count(run, sql, worker, votes, before)
  const wal = ((await logPosition(sql)) - logBefore) / votes
  worker.app.kill("SIGSTOP")
  return { votes, wal, ...counting }
}

const countCpu = ({ workerCpu, postgresCpu }: Counted) => workerCpu + postgresCpu

/**
 * What counting takes from one checkpoint until the log has grown so much that the next one begins. The first votes are the dearest:
 * whichever page is touched first is logged as a whole.
 */
async function cycleCpu(sql: Database, first: Counted, later: Counted): Promise<number> {
  const log = await logOfACheckpoint(sql)
  const rest = Math.max(0, (log - first.votes * first.wal) / later.wal)
  return (first.votes * countCpu(first) + rest * countCpu(later)) / (first.votes + rest)
}

/** Bytes that Postgres logs before it begins a checkpoint by itself: `max_wal_size` has room for those since the last but one. */
async function logOfACheckpoint(sql: Database): Promise<number> {
  const [row] = await sql`
    SELECT pg_size_bytes(current_setting('max_wal_size'))
      / (1 + current_setting('checkpoint_completion_target')::float8) AS bytes`
  return Number(row?.bytes)
}

type Measured = Awaited<ReturnType<typeof acceptAndCount>>

function roundOf(measured: Record<string, Measured>) {
  const acceptCpu = ({ accepting }: Measured) => accepting.cpu + accepting.redisCpu
  const none = measured[inWords({ voters: 0, polls: "the poll" })]
  const values = Object.entries(measured).flatMap(([name, it]) => [
    [`accepted ${name}`, it.accepting.rate],
    [`acceptCpu ${name}`, acceptCpu(it)],
    [`counted ${name}`, it.counting.rate],
    [`countWorker ${name}`, it.counting.workerCpu],
    [`countPostgres ${name}`, it.counting.postgresCpu],
    [`wal ${name}`, it.counting.wal],
    [`later ${name}`, countCpu(it.later)],
    [`laterWal ${name}`, it.later.wal],
    [`cycle ${name}`, it.cycle],
    [`acceptRatio ${name}`, none ? acceptCpu(it) / acceptCpu(none) : Number.NaN],
    [`countRatio ${name}`, none ? countCpu(it.counting) / countCpu(none.counting) : Number.NaN],
    [`laterRatio ${name}`, none ? countCpu(it.later) / countCpu(none.later) : Number.NaN],
    [`cycleRatio ${name}`, none ? it.cycle / none.cycle : Number.NaN],
  ])
  const refused = Object.values(measured).reduce((all, { accepting }) => all + accepting.refused, 0)
  return { ...(Object.fromEntries(values) as Record<Names, number>), refused }
}

async function countedBefore(sql: Database): Promise<number> {
  const [row] = await sql`SELECT COALESCE(sum(counted), 0)::bigint AS counted FROM books`
  return Number(row?.counted)
}

/** How far Postgres has written its log, in bytes. */
async function logPosition(sql: Database): Promise<number> {
  const [row] = await sql`SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint AS bytes`
  return Number(row?.bytes)
}

type Audited = { figure: Figure; checks: Check[] }

async function audit(room: Room): Promise<Audited> {
  const { there, run, sql, worker } = room
  worker.app.kill("SIGCONT")
  const start = performance.now()
  const books = await auditPolls(sql, run.redis)
  const seconds = (performance.now() - start) / 1_000
  const voted = !isNone(there) && there.polls === "the poll" ? [await votesOnce(room)] : []
  return {
    figure: { name: `${inWords(there)}, an audit counts all votes anew in`, unit: "s", values: [seconds] },
    // Where nobody is to have voted, what was counted in earlier rounds is gone from the books, and not from Redis's counters.
    checks: isNone(there) ? [] : [balance(there, books), ...voted],
  }
}

function balance(there: There, books: readonly PollBooks[]): Check {
  const counted = sum(books.map((poll) => poll.counted))
  const recount = sum(books.map((poll) => poll.recount))
  const faults = books.flatMap((poll) => poll.faults)
  return {
    name: `the books balance, ${inWords(there)}`,
    holds: faults.length === 0 && counted >= there.voters && recount === counted,
    seen: `${counted} counted, ${recount} rows, faults: ${faults.join("; ") || "none"}`,
  }
}

/** One of those who were there, and chooses another option now. */
async function votesOnce({ run: { redis }, sql, there, poll }: Room): Promise<Check> {
  const [vote] = await sql`SELECT voter, option FROM votes WHERE poll = ${poll.number} ORDER BY ms LIMIT 1`
  if (!vote) throw new Error("there are no votes")
  const other = vote.option === "a" ? "b" : "a"
  const answer = await castAgain(redis, poll, voterOfUuid(String(vote.voter)), other)
  return {
    name: `who voted before may not vote again, ${inWords(there)}`,
    holds: answer === "stands",
    seen: answer,
  }
}

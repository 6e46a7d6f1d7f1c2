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
import { countAll, forgetVotes } from "./count"
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
  | "acceptRatio"
  | "countRatio"
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
      about: `wrk votes as fast as it can for ${plan.sizeSeconds} s while no worker runs, which then counts ${plan.countBallots} or what that was, if more; before the first round these had voted: ${wanted.map(inWords).join(", ")}`,
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
        { name: `${name}, CPU of counting to that with none`, unit: "", bound: CPU_TO_NONE },
      ],
    ]
    return [
      [`accepted ${name}`, { name: `${name}, accepted`, unit: "votes/s" }],
      [`acceptCpu ${name}`, { name: `${name}, CPU of an accepted vote, vote and Redis`, unit: "µs" }],
      [`counted ${name}`, { name: `${name}, counted`, unit: "votes/s" }],
      [`countWorker ${name}`, { name: `${name}, CPU of a million counted votes, worker`, unit: "s" }],
      [`countPostgres ${name}`, { name: `${name}, the same, Postgres`, unit: "s" }],
      [`wal ${name}`, { name: `${name}, log that Postgres writes for a counted vote`, unit: "bytes" }],
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
async function acceptAndCount({ there, run, sql, worker, vote, poll }: Room, plan: Plan) {
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
  const cast = flooded + more
  const logBefore = await logPosition(sql)
  const counting = await countAll(run, sql, worker, cast, before)
  const wal = ((await logPosition(sql)) - logBefore) / cast
  worker.app.kill("SIGSTOP")
  return { accepting, counting, wal }
}

type Measured = Awaited<ReturnType<typeof acceptAndCount>>

function roundOf(measured: Record<string, Measured>) {
  const acceptCpu = ({ accepting }: Measured) => accepting.cpu + accepting.redisCpu
  const countCpu = ({ counting }: Measured) => counting.workerCpu + counting.postgresCpu
  const none = measured[inWords({ voters: 0, polls: "the poll" })]
  const values = Object.entries(measured).flatMap(([name, it]) => [
    [`accepted ${name}`, it.accepting.rate],
    [`acceptCpu ${name}`, acceptCpu(it)],
    [`counted ${name}`, it.counting.rate],
    [`countWorker ${name}`, it.counting.workerCpu],
    [`countPostgres ${name}`, it.counting.postgresCpu],
    [`wal ${name}`, it.wal],
    [`acceptRatio ${name}`, none ? acceptCpu(it) / acceptCpu(none) : Number.NaN],
    [`countRatio ${name}`, none ? countCpu(it) / countCpu(none) : Number.NaN],
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

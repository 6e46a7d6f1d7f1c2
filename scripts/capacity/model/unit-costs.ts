/** What a vote, a page and a viewer cost, as benchmarks measured it on one machine. No figure here is typed. */

import { VOTES_A_SECOND } from "../../bench/benchmarks/crowd"
import type { SavedMachine } from "../../bench/saved/saved-file"
import { between, type Curve, NOWHERE, type Point } from "./curve"
import { SavedFigures, type Taken } from "./saved-figures"

export const PARTS = ["vote", "redis", "worker", "postgres", "result"] as const
export type Part = (typeof PARTS)[number]
export const PART_NAMES: Readonly<Record<Part, string>> = {
  ...{ vote: "vote", redis: "Redis", worker: "worker" },
  ...{ postgres: "Postgres", result: "result" },
}

/** What ballots may say, by the words of the benchmark `choices`: how much more they cost than one option of ten. */
const METHOD_FIGURES = {
  several: "three of ten",
  approval: "any of ten",
  ranked: "ten ranked",
  rated: "ten rated",
  star: "ten rated for STAR",
  decided: "ten decided",
} as const
export const METHODS = ["one", "several", "approval", "ranked", "rated", "star", "decided"] as const
export type Method = (typeof METHODS)[number]

/** Bytes of an exchange: what the app is sent, and what it sends. */
export type Exchange = { in: number; out: number }

const EXCHANGES = {
  page: "ballot page",
  files: "files of the ballot page",
  vote: "vote",
  ask: "what an open ballot page asks each second",
  resultsPage: "results page",
  resultsFiles: "files of the results page",
  handshake: "a viewer's handshake and first picture",
} as const
type ExchangeName = keyof typeof EXCHANGES

export type UnitCosts = {
  /** Cores of each part by votes a second: one process each, one viewer, and so many shards. */
  votes: Readonly<Record<Part, Curve>>
  /**
   * So many questions of open ballot pages a second, the cores that they take of vote, and what votes take beside them: the more
   * vote has to do at once, the more ballots go to Redis together.
   */
  besideAsks: { asks: number; cores: number; vote: Curve; redis: Curve }
  shardsThen: number
  /** CPU seconds of a ballot in full batches. */
  fullBatch: { worker: number; postgres: number }
  /** Ballots a second that one worker was seen to count, over as many shards. */
  counted: number
  /** Commits a second that tell of themselves, by shards that commit at once. */
  commits: Curve
  /** CPU seconds of one more viewer's picture, by how many viewers a process has. */
  picture: Curve
  /** Seconds in which a crowd whose connections break is back. */
  back: number
  /** CPU seconds. */
  handshake: number
  page: number
  ask: number
  resultsPage: number
  /** How many times as much CPU a ballot takes as one of one option. */
  method: { accept: number; count: number }
  bytes: Readonly<Record<ExchangeName, Exchange>>
  pictureBytes: number
  /** Bytes. */
  memory: {
    voter: number
    pending: number
    vote: number
    worker: number
    result: number
    viewer: number
  }
  /** Bytes a vote. */
  disk: { votes: number; index: number; wal: number; redis: number }
  taken: readonly Taken[]
}

const MICRO = 1e-6
const MILLION = 1e6
const KB = 1024
const MB = 1024 * KB

/**
 * @param method of the poll's ballots
 * @throws {UserError} that says what must be measured, where something was not saved
 */
export function unitCostsOf(machine: SavedMachine, method: Method): UnitCosts {
  const saved = new SavedFigures(machine)
  const votes = votesOf(saved)
  const costs = {
    votes,
    besideAsks: besideAsksOf(saved, votes),
    shardsThen: 4,
    fullBatch: {
      worker: saved.one("count", "CPU of a million votes, worker") / MILLION,
      postgres: saved.one("count", "CPU of a million votes, Postgres") / MILLION,
    },
    counted: saved.one("count", "one worker"),
    commits: saved.curve("notify", /^(\d+) shards?, telling$/),
    picture: pictureOf(saved, votes.result),
    back: saved.one("reconnect", "cut: 95% are back"),
    handshake: saved.one("reconnect", "cut: CPU of result, one viewer's return") * MICRO,
    page: saved.one("unit costs", "CPU of a ballot page") * MICRO,
    ask: saved.one("unit costs", "CPU of what an open ballot page asks each second") * MICRO,
    resultsPage: saved.one("unit costs", "CPU of a results page") * MICRO,
    method: methodOf(saved, method),
    bytes: bytesOf(saved),
    pictureBytes: saved.one("unit costs", "a picture, out"),
    memory: memoryOf(saved),
    disk: {
      votes: saved.one("unit costs", "Postgres's disk, a vote"),
      index: saved.one("unit costs", "of it the index, a vote"),
      wal: saved.one("unit costs", "Postgres's WAL, a vote"),
      redis: saved.one("unit costs", "Redis's file, a vote"),
    },
  }
  saved.expectAll()
  return { ...costs, taken: saved.taken }
}

/** At steady rates, and at the flood of `end to end`, which is as much as that machine bears. */
function votesOf(saved: SavedFigures): Record<Part, Curve> {
  const flood = saved.one("end to end", "counted by Postgres")
  const curves = PARTS.map((part) => {
    const name = PART_NAMES[part]
    const steady = saved.curve("unit costs", new RegExp(`^([\\d,]+) votes/s: ${name}$`))
    const atMost = saved.one("end to end", `CPU of a million votes, ${name}`)
    const curve: Curve = [...steady.filter(([rate]) => rate < flood), [flood, (atMost / MILLION) * flood]]
    return [part, curve] as const
  })
  return Object.fromEntries(curves) as Record<Part, Curve>
}

const BESIDE_ASKS = /^0 votes\/s beside ([\d,]+) asks\/s: vote$/

/** At the flood vote is as busy as it can be, so that questions beside it make no call fuller. */
function besideAsksOf(saved: SavedFigures, alone: Record<Part, Curve>): UnitCosts["besideAsks"] {
  const [[asks, withAsks] = NOWHERE] = saved.curve("unit costs", BESIDE_ASKS)
  const ofVotes = (part: "vote" | "redis"): Curve => {
    const name = new RegExp(`^([\\d,]+) votes/s beside [\\d,]+ asks/s: ${PART_NAMES[part]}$`)
    const measured = saved.curve("unit costs", name)
    const asked = between(measured, 0) - between(alone[part], 0)
    const steady = measured.map(([rate, cores]): Point => [rate, cores - asked])
    return [...steady, alone[part].at(-1) ?? NOWHERE]
  }
  return { asks, cores: withAsks - between(alone.vote, 0), vote: ofVotes("vote"), redis: ofVotes("redis") }
}

/** What result takes for votes whoever watches is in the figure of `crowd`, shared by the pictures of that crowd. */
function pictureOf(saved: SavedFigures, votes: Curve): Curve {
  const cpu = saved.curve("crowd", /^([\d,]+) viewers: CPU of a delivered picture, result$/)
  const pictures = saved.curve("crowd", /^([\d,]+) viewers: new pictures that each gets$/)
  const withoutViewers = between(votes, VOTES_A_SECOND)
  return cpu.map(([viewers, micros]) => {
    const shared = withoutViewers / (viewers * between(pictures, viewers))
    return [viewers, Math.max(0, micros * MICRO - shared)]
  })
}

function methodOf(saved: SavedFigures, method: Method): UnitCosts["method"] {
  if (method === "one") return { accept: 1, count: 1 }
  const words = METHOD_FIGURES[method]
  return {
    accept: saved.one("choices", `CPU to accept ${words}, to one`),
    count: saved.one("choices", `CPU to count ${words}, to one`),
  }
}

function bytesOf(saved: SavedFigures): Record<ExchangeName, Exchange> {
  const exchanges = Object.entries(EXCHANGES).map(([name, words]) => [
    name,
    { in: saved.one("unit costs", `${words}, in`), out: saved.one("unit costs", `${words}, out`) },
  ])
  return Object.fromEntries(exchanges)
}

function memoryOf(saved: SavedFigures): UnitCosts["memory"] {
  const viewers = saved.curve("crowd", /^([\d,]+) viewers: memory of one, result$/)
  return {
    voter: saved.one("memory", "Redis, a voter"),
    pending: saved.one("memory", "Redis, a pending ballot"),
    vote: saved.one("memory", "vote, after load") * MB,
    worker: saved.one("memory", "worker, after load") * MB,
    result: saved.one("memory", "result, after load") * MB,
    // Later crowds sit in what earlier ones have left there: the dearest is the honest one.
    viewer: Math.max(...viewers.map(([, kilobytes]) => kilobytes)) * KB,
  }
}

/** The vote app's side of the inbox on Redis: the ballots of one moment go there together, in one script call for each shard. */

import type { Redis } from "ioredis"
import { comparePositions, formatPosition, type Position, parsePosition, START } from "../../ballots/ballot"
import {
  ANSWER_TIMEOUT_MS,
  type AppendAnswer,
  type Appender,
  asInboxAway,
  ClientGone,
  InboxAway,
  type NewBallot,
  type StandingVote,
  termsOf,
  type VoterPlace,
} from "../contract"
import { afterHangUps } from "../hang-ups"
import { keys } from "../keys"
import { redisProblem } from "./client"
import { RedisClock } from "./clock"
import { type Replicas, RoundWait } from "./round-wait"
import { scriptsBroughtAlong } from "./run-scripts"
import { type ToldCount, ToldCounts } from "./told-counts"

/** Two rounds: Redis decides one while the next is on its way. More would only make the rounds smaller. */
export const ROUNDS_IN_FLIGHT = 2
/** Keeps one script call below about 5 ms, for everybody else whom this Redis serves. */
const BALLOTS_A_CALL = 400
/** By how much clocks may drift apart between two answers. */
const CLOCK_SLACK_MS = 50

/**
 * Where votes wait for replicas, a ballot that has waited for a round until less than this share of its time was left goes no further. It
 * would have the ballots that came after it wait just as briefly.
 */
const SHARE_FOR_A_ROUND = 1 / 3

/** By this option cast.lua is asked for the vote that stands. */
const QUESTION = ""

type Waiting = {
  ballot: NewBallot
  /** By `performance.now()`. */
  arrivedAt: number
  resolve: (answer: AppendAnswer) => void
  reject: (error: Error) => void
}

/** Some ballots on their way to Redis: over which connection, until when, and what of them replicas have to confirm. */
type Round = {
  lane: Redis
  /** When the ballots are given up, by `performance.now()`. */
  end: number
  /** Null where voters are answered before replicas have their ballots. */
  wait: RoundWait | null
}

/** What cast.lua decided about a call's ballots. */
type Decision = { verdict: string; answers: string[]; told: ToldCount[]; confirmation: Promise<void> | null }

export class RedisAppender implements Appender {
  /** The ballots that were read since the event loop last looked at its sockets. */
  private arriving: Waiting[] | null = null
  private waiting: Waiting[] = []
  /** The connections over which rounds go: each stands here as often as it takes rounds at once. */
  private readonly lanes: readonly Redis[]
  /** Those that have room for another round. */
  private readonly free: Redis[]
  private readonly told: ToldCounts
  /** Up to where enough replicas have each shard, as far as this process has heard from the Redis that serves now. */
  private readonly confirmed = new Map<number, Position>()

  /**
   * @param backlogLimit ballots that may wait in one shard
   * @param changeAfterMs after which a voter may change a vote again
   * @param answerTimeoutMs after which a ballot that has no answer is given up, with the time for the way to Redis and back
   * @param replicas that must have a ballot before it is answered; null for none
   */
  constructor(
    private readonly redis: Redis,
    private readonly backlogLimit: number,
    private readonly answerTimeoutMs = ANSWER_TIMEOUT_MS,
    private readonly clock = new RedisClock(redis),
    private readonly changeAfterMs = 0,
    private readonly replicas: Replicas | null = null,
  ) {
    this.told = new ToldCounts(redis)
    this.lanes = replicas?.lanes ?? Array.from({ length: ROUNDS_IN_FLIGHT }, () => redis)
    this.free = [...this.lanes]
    if (replicas === null) return
    // Another Redis may have taken over, whose replicas have confirmed nothing yet.
    for (const connection of [redis, ...this.lanes]) connection.on("ready", () => this.confirmed.clear())
  }

  append(ballot: NewBallot): Promise<AppendAnswer> {
    const problem = redisProblem(this.redis)
    if (problem !== null) return Promise.reject(new InboxAway(problem))
    return new Promise((resolve, reject) => {
      this.arrive({ ballot, arrivedAt: performance.now(), resolve, reject })
    })
  }

  async standing(place: VoterPlace): Promise<StandingVote | null> {
    const vote = await this.find(place)
    if (vote === null || this.replicas === null || this.isConfirmed(place.shard, vote.position)) return vote
    // Its voter may have been told that it is perhaps taken, and it may be lost with this Redis.
    const { poll, ...whose } = place
    const asked = await this.append({ ...whose, pollId: poll.id, terms: termsOf(poll), option: QUESTION })
    return asked.kind === "stands" ? { option: asked.option, position: asked.position } : null
  }

  private async find({ shard, poll, voter, owner }: VoterPlace): Promise<StandingVote | null> {
    // As owner_field in cast.lua.
    const fields = poll.eligibility === "browser" ? [voter] : [voter, `=${voter}`]
    const [stored, owned] = await Promise.all(
      fields.map((field) => this.redis.hget(keys.voters(shard, poll.id), field)),
    ).catch((error) => {
      throw asInboxAway("Redis", error)
    })
    const [option = "", id = ""] = stored?.split(" ", 2) ?? []
    const position = parsePosition(id)
    const isOwn = poll.eligibility === "browser" || (owner !== undefined && owned === `${owner} ${id}`)
    return option === "" || position === null || !isOwn ? null : { option, position }
  }

  /** What arrives together goes on together, once it is known whose client has hung up. */
  private arrive(one: Waiting): void {
    if (this.arriving) return void this.arriving.push(one)
    const arriving = [one]
    this.arriving = arriving
    const goOn = () => {
      for (const ballot of arriving) this.waiting.push(ballot)
      this.schedule()
    }
    afterHangUps(goOn, () => {
      this.arriving = null
    })
  }

  private schedule(): void {
    if (this.waiting.length === 0) return
    const ready = this.free.findIndex(({ status }) => status === "ready")
    const [lane] = ready < 0 ? [] : this.free.splice(ready, 1)
    if (lane) void this.round(lane)
    else if (this.free.length === this.lanes.length) this.refuse()
  }

  /** No round is on its way that would take along who waits, and none can be sent. */
  private refuse(): void {
    const [problem = ""] = this.free.map(redisProblem).filter((it) => it !== null)
    for (const one of this.waiting) one.reject(new InboxAway(problem))
    this.waiting = []
  }

  /** Sends all that waits, a call for each shard, and waits until every call was answered or time is up. */
  private async round(lane: Redis): Promise<void> {
    const limit = this.answerTimeoutMs + (this.clock.way() ?? 0)
    const going = this.waiting.filter((one) => isAttended(one) && this.hasTime(one, limit))
    this.waiting = []
    const calls = byShard(going)
    const end = this.begunAt(going) + limit
    const wake = () => void this.redis.time().catch(() => {})
    const wait = this.replicas && new RoundWait(this.replicas, lane, wake, end)
    let answered = false
    // An answer that is here already, but not read because we were busy ourselves, counts.
    const onTime = () => setImmediate(() => answered || this.stalled(lane, calls, limit))
    // Timers may be early by up to a millisecond, and a ballot that is given up must be one that Redis takes no more.
    const timer = setTimeout(onTime, limit + 1)
    await Promise.all(inOneWrite(lane, () => this.begin(calls, { lane, end, wait })))
    answered = true
    clearTimeout(timer)
    this.free.push(lane)
    // What the event loop is about to hand over goes along: small rounds cost Redis more.
    setImmediate(() => this.schedule())
  }

  /** A round that waits for replicas takes up to the whole time of a ballot, and one that came meanwhile has no more than that either. */
  private hasTime({ arrivedAt, reject }: Waiting, limit: number): boolean {
    if (!this.replicas || performance.now() - arrivedAt < limit * (1 - SHARE_FOR_A_ROUND)) return true
    reject(new InboxAway("replicas of Redis are slow to confirm the ballots that came before"))
    return false
  }

  /** When the time of a round's ballots began. */
  private begunAt(going: readonly Waiting[]): number {
    const now = performance.now()
    return this.replicas ? (going[0]?.arrivedAt ?? now) : now
  }

  private begin(calls: Waiting[][], round: Round): Promise<void>[] {
    const begun = calls.map((call) => this.call(call, round))
    round.wait?.begin()
    return begun
  }

  private async call(waiting: Waiting[], round: Round): Promise<void> {
    try {
      if (this.clock.way() === null) await this.clock.read()
      let decision = await this.ask(waiting, round)
      // In time all the same: then Redis's clock was set, and its answer has told how.
      if (decision.verdict === "expired" && performance.now() < round.end)
        decision = await this.ask(waiting, round)
      if (decision.verdict === "restoring") this.told.tellSoon()
      if (decision.verdict !== "decided") throw new InboxAway(`the inbox is ${decision.verdict}`)
      await this.answer(waiting, decision)
    } catch (error) {
      const away = asInboxAway("Redis", error, { perhaps: true })
      for (const one of waiting) one.reject(away)
    }
  }

  /** Nobody is told of a vote that too few replicas have. What names none, such as that the poll is closed, is told at once. */
  private async answer(waiting: Waiting[], { answers, told, confirmation }: Decision): Promise<void> {
    const decided = waiting.map((one, i) => ({ one, answer: readAnswer(answers[i] ?? "") }))
    if (confirmation) {
      for (const { one, answer } of decided) if (!("position" in answer)) one.resolve(answer)
      if (decided.some(({ answer }) => "position" in answer)) await confirmation
      for (const { one, answer } of decided)
        if ("position" in answer) this.noteConfirmed(one.ballot.shard, answer.position)
    }
    for (const count of told) this.told.learn(count)
    for (const { one, answer } of decided) one.resolve(answer)
  }

  private isConfirmed(shard: number, position: Position): boolean {
    const upTo = this.confirmed.get(shard)
    return upTo !== undefined && comparePositions(position, upTo) <= 0
  }

  /** Replicas get what Redis writes in its order: who has this ballot has all that stand before it. */
  private noteConfirmed(shard: number, position: Position): void {
    if (!this.isConfirmed(shard, position)) this.confirmed.set(shard, position)
  }

  private async ask(waiting: Waiting[], { lane, end, wait }: Round): Promise<Decision> {
    const askedAt = performance.now()
    const left = end - askedAt
    if (left <= 0) throw new InboxAway("the ballots are late")
    const now = this.clock.now()
    const { keyNames, pairs, args } = scriptArguments(waiting)
    const brought = scriptsBroughtAlong(lane)
    const asked = lane.castBallots(
      keyNames.length,
      ...keyNames,
      this.backlogLimit,
      Math.floor(now) - CLOCK_SLACK_MS,
      Math.floor(now + left),
      this.changeAfterMs,
      wait ? 1 : 0,
      ...args,
    )
    let confirmation = wait?.confirmation() ?? null
    const [verdict = "", shown, ...answers] = await asked
    // What ran only now was not waited for.
    if (wait && scriptsBroughtAlong(lane) !== brought) confirmation = wait.confirmation()
    this.clock.learn(Number(shown), askedAt)
    const told = pairs.flatMap(({ shard, pollId, terms }, i) => {
      const [count = "", since] = answers[waiting.length + i]?.split(" ", 2) ?? []
      if (since === undefined) return []
      return [{ shard, pollId, number: Number.parseInt(terms, 10), count: Number(count), since }]
    })
    return { verdict, answers, told, confirmation }
  }

  /**
   * Redis holds its answers back: everybody who waits is told so, and the connection is made anew. Calls that Redis
   * still reads from the old one are past their deadline and change nothing. Over a new connection the way is measured first:
   * that may take longer, and nothing was sent yet.
   */
  private stalled(lane: Redis, calls: Waiting[][], limit: number): void {
    const text = `Redis did not answer within ${Math.round(limit)} ms`
    const isMeasured = this.clock.way() !== null
    for (const one of calls.flat()) one.reject(new InboxAway(text, { perhaps: isMeasured }))
    for (const one of this.waiting) one.reject(new InboxAway(text))
    this.waiting = []
    if (!isMeasured) return
    for (const connection of new Set([this.redis, lane])) connection.disconnect(true)
  }
}

/** The calls of a round go to Redis as one piece: to write each by itself would cost both sides more than to read it. */
function inOneWrite<T>({ stream }: Redis, send: () => T): T {
  stream.cork()
  try {
    return send()
  } finally {
    stream.uncork()
  }
}

/** Whether the client waits for its answer; if not, its ballot goes no further. */
function isAttended({ ballot, reject }: Waiting): boolean {
  if (!ballot.isAbandoned?.()) return true
  reject(new ClientGone())
  return false
}

function byShard(waiting: Waiting[]): Waiting[][] {
  const open = new Map<number, Waiting[]>()
  const calls: Waiting[][] = []
  for (const one of waiting) {
    const { shard } = one.ballot
    let call = open.get(shard)
    if (!call || call.length >= BALLOTS_A_CALL) {
      call = []
      open.set(shard, call)
      calls.push(call)
    }
    call.push(one)
  }
  return calls
}

/**
 * What cast.lua takes: a pair of keys for each poll and the terms under which voters were let into it, then the ballots, and then
 * what is traced of them, if anything is.
 */
function scriptArguments(waiting: Waiting[]): {
  keyNames: string[]
  /** A ballot of each pair, in the order of the pairs. */
  pairs: NewBallot[]
  args: (string | number)[]
} {
  const shard = waiting[0]?.ballot.shard ?? 0
  const keyNames = [keys.fence(shard), keys.inbox(shard)]
  const numbers = new Map<string, number>()
  const pairs: NewBallot[] = []
  const args: (string | number)[] = []
  for (const { ballot } of waiting) {
    const name = `${ballot.pollId} ${ballot.terms}`
    let pair = numbers.get(name)
    if (pair === undefined) {
      pair = pairs.push(ballot)
      numbers.set(name, pair)
      keyNames.push(keys.poll(shard, ballot.pollId), keys.voters(shard, ballot.pollId))
    }
    const { voter, option, replaces, owner = "" } = ballot
    args.push(pair, voter, option, replaces === undefined ? "" : formatPosition(replaces ?? START), owner)
  }
  const traced = waiting.flatMap(({ ballot: { traceparent } }, i) =>
    traceparent === undefined ? [] : [`${i + 1} ${traceparent}`],
  )
  if (traced.length > 0) {
    keyNames.push(keys.traces(shard))
    args.push(traced.join(","))
  }
  return { keyNames, pairs, args: [...pairs.map(({ terms }) => terms), ...args] }
}

function readAnswer(text: string): AppendAnswer {
  const [kind = "", id = "", option = ""] = text.split(" ")
  const position = parsePosition(id)
  switch (kind) {
    case "accepted":
    case "same":
      if (position) return { kind, position }
      break
    case "stands":
    case "changed":
      if (position) return { kind, position, option }
      break
    case "too-soon":
      if (Number(id) > 0) return { kind, waitMs: Number(id) }
      break
    case "poll-unknown":
    case "option-unknown":
    case "not-open":
    case "paused":
    case "closed":
    case "full":
    case "stale":
    case "voted":
    case "newer":
      return { kind }
  }
  throw new InboxAway(`cast.lua answered ${JSON.stringify(text)}`)
}

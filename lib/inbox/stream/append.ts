/** The vote app's side of an inbox that is a stream: what cast.lua decides for Redis is decided here, by a fresh reading of the poll. */

import type { Redis } from "ioredis"
import { canSay } from "../../ballots/can-say"
import { elapsedNow } from "../../elapsed"
import { votingPhase } from "../../polls/poll"
import {
  type AppendAnswer,
  type Appender,
  asInboxAway,
  ClientGone,
  InboxAway,
  type NewBallotWithPoll,
  type StandingVote,
  type VoterPlace,
} from "../contract"
import { afterHangUps } from "../hang-ups"
import { RedisClock } from "../redis/clock"
import { AnswerCounts } from "./answer-counts"
import { type Publisher, READING_USABLE_MS } from "./contract"
import { readShardState, type ShardState } from "./shard-state"
import { requireVerified } from "./verified"

/** How old the reading of a shard's state may be before it is read anew. */
const FRESH_MS = 250

/** When Redis was asked for the state, and when it answered, are by `elapsedNow`. */
type Known = { state: ShardState; askedAt: number; readAt: number; acceptedSince: number }

export class StreamAppender implements Appender {
  private readonly known = new Map<number, Known>()
  private readonly reading = new Map<number, Promise<Known>>()
  private readonly answers: AnswerCounts

  /**
   * @param backlogLimit ballots that may wait in one shard; at the limit each replica may accept some more for a moment
   * @param changeAfterMs after which a voter may change a vote again
   */
  constructor(
    private readonly redis: Redis,
    private readonly publisher: Publisher,
    private readonly backlogLimit: number,
    private readonly clock = new RedisClock(redis),
    private readonly changeAfterMs = 0,
  ) {
    this.answers = new AnswerCounts(redis)
  }

  /**
   * What is answered stands in the stream within `READING_USABLE_MS` of the moment when Redis was asked for the poll: hence no
   * answer counts that comes later. The ballot may stand there all the same.
   */
  async append(ballot: NewBallotWithPoll): Promise<AppendAnswer> {
    const known = await this.reach(ballot.shard)
    requireVerified(known.state, this.publisher.connectedAt(), this.clock.now())
    if (await isAbandoned(ballot)) throw new ClientGone()
    requireRecent(known, ballot)
    try {
      const answer = await this.decide(known, ballot)
      if ("position" in answer) requireRecent(known, ballot, { perhaps: true })
      if (isTaken(answer)) this.answers.add(ballot.shard, ballot.poll)
      return answer
    } catch (error) {
      this.known.delete(ballot.shard)
      throw error
    }
  }

  async standing(place: VoterPlace): Promise<StandingVote | null> {
    const known = await this.reach(place.shard)
    return this.publisher.standing(known.state.stream, place, known.state.settled)
  }

  private reach(shard: number): Promise<Known> {
    const problem = this.publisher.problem()
    return problem === null ? this.shard(shard) : Promise.reject(new InboxAway(problem))
  }

  /** Settles when ballots for this shard can be written. @throws {InboxAway} when they can't, and why */
  async requireWritable(shard: number): Promise<void> {
    requireVerified((await this.reach(shard)).state, this.publisher.connectedAt(), this.clock.now())
  }

  private async decide(known: Known, ballot: NewBallotWithPoll): Promise<AppendAnswer> {
    const { stream, waiting, settled } = known.state
    const refusal = refusalOf(ballot, this.clock.now())
    if (refusal !== null) {
      const stands = await this.publisher.standing(stream, ballot, settled)
      return stands?.option === ballot.option
        ? { kind: "same", position: stands.position }
        : { kind: refusal }
    }
    if (waiting + known.acceptedSince >= this.backlogLimit) return { kind: "full" }
    const answer = await this.publisher.append(stream, ballot, this.clock.now(), this.changeAfterMs)
    if (isTaken(answer)) known.acceptedSince++
    return answer
  }

  private async shard(shard: number): Promise<Known> {
    const known = this.known.get(shard)
    if (known && elapsedNow() - known.readAt < FRESH_MS) return known
    const reading = this.reading.get(shard) ?? this.read(shard).finally(() => this.reading.delete(shard))
    this.reading.set(shard, reading)
    return reading
  }

  private async read(shard: number): Promise<Known> {
    const before = this.known.get(shard)
    try {
      const askedAt = elapsedNow()
      const [state] = await Promise.all([readShardState(this.redis, shard), this.clock.read()])
      const acceptedSince = before?.state.turn === state.turn ? before.acceptedSince : 0
      const known = { state, askedAt, readAt: elapsedNow(), acceptedSince }
      this.known.set(shard, known)
      return known
    } catch (error) {
      throw asInboxAway("Redis", error)
    }
  }
}

async function isAbandoned({ isAbandoned }: NewBallotWithPoll): Promise<boolean> {
  if (!isAbandoned) return false
  await new Promise<void>((resolve) => afterHangUps(resolve))
  return isAbandoned()
}

function isTaken({ kind }: AppendAnswer): boolean {
  return kind === "accepted" || kind === "received"
}

/**
 * @param options whether the ballot stands in the stream already
 * @throws {InboxAway} when poll or shard may have changed so long ago that a worker relies on it
 */
function requireRecent(
  { askedAt }: Known,
  { pollAskedAt }: NewBallotWithPoll,
  options: { perhaps: boolean } = { perhaps: false },
): void {
  if (elapsedNow() - Math.min(askedAt, pollAskedAt) <= READING_USABLE_MS) return
  throw new InboxAway("what vote knows of the poll is too old", options)
}

function refusalOf(
  { poll, option }: NewBallotWithPoll,
  now: number,
): "poll-unknown" | "not-open" | "paused" | "closed" | "option-unknown" | null {
  const phase = votingPhase(poll, now)
  if (phase === "draft") return "poll-unknown"
  if (phase === "scheduled") return "not-open"
  if (phase === "paused") return "paused"
  if (phase !== "open") return "closed"
  return canSay(poll, option) ? null : "option-unknown"
}

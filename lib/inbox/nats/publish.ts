/** Writes ballots into NATS JetStream, which itself refuses a second one on a voter's subject. */

import type { StoredMsg } from "@nats-io/jetstream"
import { headers, type MsgHdrs } from "@nats-io/transport-node"
import { comparePositions, type Position, START } from "../../ballots/ballot"
import type { ConnectionEvents } from "../../health"
import type { Poll } from "../../polls/poll"
import { TRACEPARENT } from "../../tracing/traceparent"
import type { Access } from "../access"
import {
  type AppendAnswer,
  InboxAway,
  type NewBallotWithPoll,
  type StandingVote,
  type VoterPlace,
} from "../contract"
import { pauseBeforeChange } from "../stream/change-pause"
import type { Publisher } from "../stream/contract"
import { decodeEntry, encodeBallotEntry, newBallotId, ownsVote } from "../stream/entries"
import { LATEST_ANSWER_MS, Patience } from "../stream/patience"
import { isSubjectTaken, Nats, natsStream, stopSubject, subjectOf, subjectsOf } from "./connection"

/** Another request of the same voter may come between asking and writing. More often than this something else is wrong. */
const TRIES = 3

/** `seq` is where it stands in the stream. */
type Standing = StandingVote & { turn: number; seq: number }

export class NatsPublisher implements Publisher {
  private readonly nats: Nats
  private readonly patience = new Patience("NATS")

  constructor(access: Access, events: ConnectionEvents) {
    this.nats = new Nats("vote", access, events)
  }

  problem(): string | null {
    return this.nats.problem()
  }

  connectedAt(): number {
    return this.nats.connectedAt()
  }

  close(): Promise<void> {
    return this.nats.close()
  }

  /** A first ballot is written without asking before: NATS refuses it if there is another. */
  async append(
    stream: string,
    ballot: NewBallotWithPoll,
    now: number,
    changeAfterMs: number,
  ): Promise<AppendAnswer> {
    const answerOf = (standing: Standing) => answerTo(ballot, standing, now, changeAfterMs)
    const near = ballot.poll.policy === "changeable" ? await this.find(stream, ballot) : null
    // Any replica answered this, even one that lags behind. Where the answer decides, the leader is asked.
    let standing = near && answerOf(near) ? await this.findAtLeader(stream, ballot) : near
    for (let tries = 0; tries < TRIES; tries++) {
      const known = standing && answerOf(standing)
      if (known) return known
      const ballotId = newBallotId(ballot, now, latestOf(standing?.position, ballot.replaces))
      if (await this.write(stream, ballot, ballotId, standing ? standing.turn + 1 : 0))
        return { kind: "accepted", position: ballotId }
      standing = await this.findAtLeader(stream, ballot)
    }
    throw new InboxAway("a voter's ballots came faster than NATS could tell them apart")
  }

  /** While its poll may go on, and before it is final, what stands counts. */
  async standing(stream: string, place: VoterPlace, settled: number): Promise<StandingVote | null> {
    const found = await this.find(stream, place)
    if (!found || !ownsVote(place, found)) return null
    const { option, position, seq } = found
    const isOver = place.poll.state === "closed" || place.poll.state === "final"
    if (isOver && seq > settled && (await this.cameAfterEnd(stream, place.poll, seq)))
      throw new InboxAway("a ballot came after the end of its poll, and was not read yet", { perhaps: true })
    return { option, position }
  }

  /** The first marker of a stop is the one that a worker reads and goes by. */
  private async cameAfterEnd(
    stream: string,
    { number: poll, stops: stop }: Poll,
    seq: number,
  ): Promise<boolean> {
    const { streams } = this.nats.get().manager
    const query = { seq: 1, next_by_subj: stopSubject(stream, { poll, stop }, "*") }
    const marker = await this.patience.answer(streams.getMessage(natsStream(stream), query))
    return marker !== null && marker.seq < seq
  }

  /** @returns false when another ballot stands on this subject */
  private async write(
    stream: string,
    { poll, voter, option, traceparent }: NewBallotWithPoll,
    ballotId: Position,
    turn: number,
  ): Promise<boolean> {
    const subject = subjectOf(stream, { poll: poll.number, voter }, turn)
    const text = encodeBallotEntry({ poll: poll.number, voter, option }, ballotId)
    const options = {
      timeout: LATEST_ANSWER_MS,
      ...(traceparent !== undefined && { headers: traceHeaders(traceparent) }),
    }
    try {
      await this.patience.answer(this.nats.get().js.publish(subject, text, options), true)
      return true
    } catch (error) {
      if (error instanceof InboxAway && isSubjectTaken(error.cause)) return false
      throw error
    }
  }

  private async find(stream: string, { poll, voter }: VoterPlace): Promise<Standing | null> {
    const { direct } = this.nats.get().manager
    const query = { last_by_subj: subjectsOf(stream, poll.number, voter) }
    return standingIn(await this.patience.answer(direct.getMessage(natsStream(stream), query)))
  }

  private async findAtLeader(stream: string, { poll, voter }: VoterPlace): Promise<Standing | null> {
    const asked = this.nats.lastAtLeader(stream, subjectsOf(stream, poll.number, voter))
    return standingIn(await this.patience.answer(asked))
  }
}

/** Workers of earlier versions read over them. */
function traceHeaders(traceparent: string): MsgHdrs {
  const made = headers()
  made.set(TRACEPARENT, traceparent)
  return made
}

function standingIn(found: StoredMsg | null): Standing | null {
  if (!found) return null
  const { ballot, ballotId } = decodeEntry(found.string(), found.seq, { ms: 0, seq: 0 })
  if (!ballot || !ballotId) throw new InboxAway(`the ballot on ${found.subject} can't be read`)
  const turn = Number(found.subject.split(".").at(-1))
  return { option: ballot.option, position: ballotId, turn, seq: found.seq }
}

/** What a voter is told whose ballot stands; null when the new one replaces it. Of another owner's nothing depends on its option. */
function answerTo(
  ballot: NewBallotWithPoll,
  standing: Standing,
  now: number,
  changeAfterMs: number,
): AppendAnswer | null {
  const { option, position } = standing
  const { poll, option: chosen, replaces } = ballot
  // A server that lags behind, or whose stream lost its end, does not show what the voter knows of. What is written then is refused
  // by NATS where another ballot stands at its turn.
  if (poll.policy === "changeable" && knowsNewer(replaces, position)) return null
  const isOwn = ownsVote(ballot, standing)
  if (isOwn && option === chosen) return { kind: "same", position }
  if (poll.policy === "final") return isOwn ? { kind: "stands", option, position } : { kind: "voted" }
  if (replaces !== undefined && comparePositions(position, replaces ?? START) > 0)
    return isOwn ? { kind: "changed", option, position } : { kind: "newer" }
  const waitMs = pauseBeforeChange(position.ms, now, changeAfterMs)
  return waitMs > 0 ? { kind: "too-soon", waitMs } : null
}

function knowsNewer(replaces: Position | null | undefined, position: Position): boolean {
  return comparePositions(replaces ?? START, position) > 0
}

/** What comes after both comes after each. */
function latestOf(standing: Position = START, replaces: Position | null | undefined): Position {
  return knowsNewer(replaces, standing) ? (replaces ?? START) : standing
}

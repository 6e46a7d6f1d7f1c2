/** Writes ballots into RabbitMQ, which keeps all of them: only Postgres finds a voter's second one. */

import { BoundedMap } from "../../bounded-map"
import type { ConnectionEvents } from "../../health"
import type { Access } from "../access"
import type { AppendAnswer, NewBallotWithPoll } from "../contract"
import { pauseBeforeChange } from "../stream/change-pause"
import type { Publisher } from "../stream/contract"
import { encodeBallotEntry, newBallotId } from "../stream/entries"
import { Patience } from "../stream/patience"
import { Rabbit, SETTLING_MS } from "./connection"
import { Sender } from "./send"

/** So many voters who may change their votes are remembered by each process, those who chose last. */
const REMEMBERED = 20_000

type LastChoice = { option: string; owner: string | undefined; castAt: number }

export class RabbitPublisher implements Publisher {
  private readonly rabbit: Rabbit
  private readonly sender: Sender
  private readonly patience = new Patience("RabbitMQ")
  /** What the voters of changeable polls chose here last, as RabbitMQ itself can't be asked. */
  private readonly last = new BoundedMap<string, LastChoice>(REMEMBERED)

  constructor(access: Access, events: ConnectionEvents) {
    this.rabbit = new Rabbit(access, events, SETTLING_MS)
    this.sender = new Sender(this.rabbit)
  }

  problem(): string | null {
    return this.rabbit.problem()
  }

  connectedAt(): number {
    return this.rabbit.connectedAt()
  }

  async append(
    stream: string,
    ballot: NewBallotWithPoll,
    now: number,
    changeAfterMs: number,
  ): Promise<AppendAnswer> {
    const { poll, voter, option, replaces, traceparent } = ballot
    const waitMs = this.pause(ballot, now, changeAfterMs)
    if (waitMs > 0) return { kind: "too-soon", waitMs }
    const ballotId = newBallotId(ballot, now, replaces ?? undefined)
    const text = encodeBallotEntry({ poll: poll.number, voter, option }, ballotId)
    // Whoever does not say what a ballot is to replace knows of all votes until now.
    const knew = replaces === undefined ? ballotId.ms : (replaces?.ms ?? 0)
    const message = poll.policy === "changeable" ? { text, traceparent, knew } : { text, traceparent }
    await this.sender.send(stream, message, (confirmed) => this.patience.answer(confirmed, true))
    return { kind: "received", position: ballotId }
  }

  /** How long the voter has to wait; if not at all, this choice is the last one now. */
  private pause(
    { poll, voter, option, owner }: NewBallotWithPoll,
    now: number,
    changeAfterMs: number,
  ): number {
    if (poll.policy !== "changeable" || changeAfterMs === 0) return 0
    const key = `${poll.number} ${voter}`
    const last = this.last.get(key)
    const isNobodys = poll.eligibility !== "browser" && owner === undefined
    // Somebody else with the same code, or on the same network, must not find out by the pause what was chosen.
    if (last?.option === option && last.owner === owner && !isNobodys) return 0
    const waitMs = last ? pauseBeforeChange(last.castAt, now, changeAfterMs) : 0
    if (waitMs === 0) this.last.set(key, { option, owner, castAt: now })
    return waitMs
  }

  /** Only counting tells what stands. */
  async standing(): Promise<null> {
    return null
  }

  async close(): Promise<void> {
    await this.sender.close()
    await this.rabbit.close()
  }
}

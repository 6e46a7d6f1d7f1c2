/** Writes ballots into RabbitMQ, which keeps all of them: only Postgres finds a voter's second one. */

import type { ConnectionEvents } from "../../health"
import type { Access } from "../access"
import type { AppendAnswer, NewBallotWithPoll } from "../contract"
import type { Publisher } from "../stream/contract"
import { encodeBallotEntry, newBallotId } from "../stream/entries"
import { Patience } from "../stream/patience"
import { Rabbit, SETTLING_MS } from "./connection"
import { Sender } from "./send"

export class RabbitPublisher implements Publisher {
  private readonly rabbit: Rabbit
  private readonly sender: Sender
  private readonly patience = new Patience("RabbitMQ")

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

  async append(stream: string, ballot: NewBallotWithPoll, now: number): Promise<AppendAnswer> {
    const { poll, voter, option, replaces } = ballot
    const ballotId = newBallotId(ballot, now, replaces ?? undefined)
    const text = encodeBallotEntry({ poll: poll.number, voter, option }, ballotId)
    // Whoever does not say what a ballot is to replace knows of all votes until now.
    const knew = replaces === undefined ? ballotId.ms : (replaces?.ms ?? 0)
    const message = poll.policy === "changeable" ? { text, knew } : { text }
    await this.sender.send(stream, message, (confirmed) => this.patience.answer(confirmed, true))
    return { kind: "received", position: ballotId }
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

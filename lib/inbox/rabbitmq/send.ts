/** Writes messages into a stream queue, and waits until each is confirmed. Without such a queue a message comes back first. */

import type { Publisher as Confirming } from "rabbitmq-client"
import { TRACEPARENT } from "../../tracing/traceparent"
import { InboxAway } from "../contract"
import { PROOF } from "../stream/contract"
import { queueOf, type Rabbit } from "./connection"

/** The header of a message that says what its voter knew (`Entry`), in digits. Workers of earlier versions read over it. */
export const KNEW = "knew"

type Message = {
  text: string
  knew?: number | undefined
  proof?: string | undefined
  traceparent?: string | undefined
}

export class Sender {
  private confirming: Confirming | null = null
  /** Ids of messages that came back, because no queue has the stream's name. */
  private readonly returned = new Set<string>()

  constructor(private readonly rabbit: Rabbit) {}

  /**
   * @param inTime gives up waiting for the confirmation
   * @throws {InboxAway} when RabbitMQ did not confirm in time, or has no such stream
   */
  async send(
    stream: string,
    { text, knew, proof, traceparent }: Message,
    inTime: (confirmed: Promise<void>) => Promise<void>,
  ): Promise<void> {
    const messageId = crypto.randomUUID()
    const headers = {
      ...(knew !== undefined && { [KNEW]: `${knew}` }),
      ...(proof !== undefined && { [PROOF]: proof }),
      ...(traceparent !== undefined && { [TRACEPARENT]: traceparent }),
    }
    const envelope = { routingKey: queueOf(stream), mandatory: true, durable: true, messageId, headers }
    await inTime(this.publisher().send(envelope, text))
    // A message that comes back does so before its confirmation, but the client tells it one turn later.
    await new Promise(setImmediate)
    if (this.returned.delete(messageId)) throw new InboxAway(`RabbitMQ has no stream ${stream}`)
  }

  async close(): Promise<void> {
    await this.confirming?.close().catch(() => {})
  }

  private publisher(): Confirming {
    const connection = this.rabbit.get()
    if (this.confirming) return this.confirming
    this.confirming = connection.createPublisher({ confirm: true, maxAttempts: 1 })
    this.confirming.on(
      "basic.return",
      ({ messageId }) => messageId !== undefined && this.returned.add(messageId),
    )
    return this.confirming
  }
}

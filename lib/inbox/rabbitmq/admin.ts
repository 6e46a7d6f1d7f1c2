/** The worker's side of RabbitMQ: it makes a shard's stream queue, verifies it, and appends stop markers. */

import type { ConnectionEvents } from "../../health"
import type { Access } from "../access"
import { InboxAway } from "../contract"
import { brokerAnswer } from "../stream/broker-answer"
import {
  type BrokerAdmin,
  FIRST_ENTRY,
  type StreamEntry,
  type StreamLook,
  type StreamReader,
} from "../stream/contract"
import { queueOf, RABBITMQ_ADMIN_TIMEOUT_MS, Rabbit, SETTLING_MS } from "./connection"
import { RabbitReader } from "./read"
import { Sender } from "./send"

/** After this RabbitMQ removes the oldest segments of a stream. Ballots are counted long before. */
const KEPT = "30D"
/** It removes whole segments, and never the last one: so much may stay for longer, of deleted polls too. */
const SEGMENT_BYTES = 16_000_000

export class RabbitAdmin implements BrokerAdmin {
  readonly kind = "rabbitmq"
  readonly refusesSecondVotes = false
  private readonly rabbit: Rabbit
  private readonly sender: Sender

  constructor(access: Access, events: ConnectionEvents) {
    this.rabbit = new Rabbit(access, events)
    this.sender = new Sender(this.rabbit)
  }

  problem(): string | null {
    return this.rabbit.problem()
  }

  connectedAt(): number {
    return this.rabbit.connectedAt()
  }

  async create(stream: string): Promise<void> {
    const declared = this.rabbit.get().queueDeclare({
      queue: queueOf(stream),
      durable: true,
      arguments: {
        "x-queue-type": "stream",
        "x-max-age": KEPT,
        "x-stream-max-segment-size-bytes": SEGMENT_BYTES,
      },
    })
    await brokerAnswer("RabbitMQ", declared, RABBITMQ_ADMIN_TIMEOUT_MS)
    await Bun.sleep(SETTLING_MS)
    await this.append(stream, [{ text: FIRST_ENTRY }])
  }

  /** What a queue was made with can't be changed. */
  async renewLimits(): Promise<boolean> {
    return false
  }

  async remove(stream: string): Promise<void> {
    const removed = this.rabbit.get().queueDelete({ queue: queueOf(stream) })
    await brokerAnswer("RabbitMQ", removed, RABBITMQ_ADMIN_TIMEOUT_MS)
  }

  /** The count that RabbitMQ tells is approximate, and some seconds old. It can't be emptied without being removed. */
  async look(stream: string): Promise<StreamLook | null> {
    try {
      const asked = this.rabbit.get().queueDeclare({ queue: queueOf(stream), passive: true })
      const { messageCount } = await brokerAnswer("RabbitMQ", asked, RABBITMQ_ADMIN_TIMEOUT_MS)
      return { length: messageCount, wasEmptied: false }
    } catch (error) {
      if (isNotFound(error instanceof InboxAway ? error.cause : error)) return null
      throw error
    }
  }

  /** Where old segments were removed the reading begins with the first entry that is left, at a greater position. */
  async stillHas(stream: string, seq: number, isIt: (text: string) => boolean): Promise<boolean> {
    const reader = this.reader(stream)
    try {
      const [entry] = await reader.read({ ms: 0, seq: seq - 1 }, 1, RABBITMQ_ADMIN_TIMEOUT_MS)
      return entry !== undefined && (entry.position.seq > seq || isIt(entry.raw))
    } finally {
      await reader.close()
    }
  }

  async append(stream: string, entries: readonly StreamEntry[]): Promise<void> {
    const inTime = (confirmed: Promise<void>) =>
      brokerAnswer("RabbitMQ", confirmed, RABBITMQ_ADMIN_TIMEOUT_MS)
    for (const { text, proof } of entries) await this.sender.send(stream, { text, proof }, inTime)
  }

  reader(stream: string): StreamReader {
    return new RabbitReader(this.rabbit, stream)
  }

  /** RabbitMQ knows no voters. */
  async forgetBallots(): Promise<void> {}

  /** RabbitMQ removes entries by their age alone. */
  async forgetPoll(): Promise<void> {}

  async close(): Promise<void> {
    await this.sender.close()
    await this.rabbit.close()
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "NOT_FOUND"
}

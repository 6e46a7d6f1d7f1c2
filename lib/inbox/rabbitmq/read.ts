/** Reads a stream queue by offset: RabbitMQ sends messages ahead, and they wait here until they are read. */

import type { AsyncMessage, Consumer } from "rabbitmq-client"
import type { Position } from "../../ballots/ballot"
import { TRACEPARENT, traceparentIn } from "../../tracing/traceparent"
import { type Entry, InboxAway } from "../contract"
import { brokerAnswer } from "../stream/broker-answer"
import { PROOF, type StreamReader } from "../stream/contract"
import { decodeEntry } from "../stream/entries"
import { queueOf, type Rabbit } from "./connection"
import { KNEW } from "./send"

/** So many messages RabbitMQ sends before they are read. */
const AHEAD = 20_000
const CLOSE_TIMEOUT_MS = 1_000

type Message = { text: string; seq: number; shown: Pick<Entry, "knew" | "proof" | "traceparent"> }

/** Offsets begin with 0 and positions with 1: the entry at offset n has the position n + 1. */
export class RabbitReader implements StreamReader {
  private consumer: Consumer | null = null
  private waiting: Message[] = []
  /** Position of the last message that came, or was read before. */
  private last = -1
  /** Position of the last message that was handed out. */
  private handedOut = -1
  private acknowledge: (() => void)[] = []
  private failure: unknown = null
  private onArrival: (() => void) | null = null

  constructor(
    private readonly rabbit: Rabbit,
    private readonly stream: string,
  ) {}

  async read(after: Position, count: number, waitMs: number): Promise<Entry[]> {
    this.throwFailure()
    if (!this.consumer || this.handedOut !== after.seq) await this.restart(after.seq)
    if (this.waiting.length === 0 && waitMs > 0) await this.arrival(waitMs)
    const messages = this.waiting.splice(0, count)
    for (const done of this.acknowledge.splice(0, count)) done()
    const entries: Entry[] = []
    let before = after
    for (const { text, seq, shown } of messages) {
      const entry: Entry = { ...decodeEntry(text, seq, before), ...shown }
      entries.push(entry)
      before = entry.position
    }
    this.handedOut = before.seq
    return entries
  }

  async close(): Promise<void> {
    for (const done of this.acknowledge.splice(0)) done()
    const consumer = this.consumer
    this.consumer = null
    if (consumer) await brokerAnswer("RabbitMQ", consumer.close(), CLOSE_TIMEOUT_MS).catch(() => {})
  }

  private async restart(from: number): Promise<void> {
    await this.close()
    this.waiting = []
    this.last = from
    this.handedOut = from
    const consumer: Consumer = this.rabbit.get().createConsumer(
      {
        queue: queueOf(this.stream),
        queueOptions: { passive: true },
        qos: { prefetchCount: AHEAD },
        arguments: { "x-stream-offset": from },
      },
      // One that was to be closed, and could not be told, may still be sent messages: they are not the next ones.
      (message) => (this.consumer === consumer ? this.take(message) : Promise.resolve()),
    )
    // The client would restart the consumer by itself, but at its first offset, and not in every case.
    consumer.on("error", (error) => {
      if (this.consumer === consumer) this.failure = error
    })
    this.consumer = consumer
  }

  /** @throws {InboxAway} once, when RabbitMQ has stopped sending; the next reading begins anew */
  private throwFailure(): void {
    const cause = this.failure
    if (cause === null) return
    this.failure = null
    void this.close()
    throw new InboxAway("RabbitMQ has stopped sending", { cause })
  }

  /** Settles when the message was read, so that RabbitMQ sends no more than `AHEAD` messages before. */
  private take(message: AsyncMessage): Promise<void> {
    const seq = Number(message.headers?.["x-stream-offset"]) + 1
    if (!(seq > this.last)) return Promise.resolve()
    this.last = seq
    this.waiting.push({ text: textOf(message.body), seq, shown: shownIn(message) })
    this.onArrival?.()
    return new Promise((done) => this.acknowledge.push(done))
  }

  private async arrival(waitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.onArrival = resolve
    const timer = setTimeout(resolve, waitMs)
    await promise
    clearTimeout(timer)
    this.onArrival = null
  }
}

/** What the headers of an entry say. */
function shownIn({ headers }: AsyncMessage): Pick<Entry, "knew" | "proof" | "traceparent"> {
  const [knew, proof]: unknown[] = [headers?.[KNEW], headers?.[PROOF]]
  const traceparent = traceparentIn(headers?.[TRACEPARENT])
  return {
    ...(typeof knew === "string" && /^\d{1,15}$/.test(knew) && { knew: Number(knew) }),
    ...(typeof proof === "string" && { proof }),
    ...(traceparent !== undefined && { traceparent }),
  }
}

/** A text arrives as a string only if its sender said that it is one. */
function textOf(body: unknown): string {
  if (typeof body === "string") return body
  return Buffer.isBuffer(body) ? body.toString("utf8") : JSON.stringify(body)
}

/** Reads a stream by sequence, in batches that NATS is asked for. */

import { type Consumer, DeliverPolicy, type JsMsg } from "@nats-io/jetstream"
import type { MsgHdrs } from "@nats-io/transport-node"
import type { Position } from "../../ballots/ballot"
import { TRACEPARENT, traceparentIn } from "../../tracing/traceparent"
import type { Entry } from "../contract"
import { brokerAnswer } from "../stream/broker-answer"
import { PROOF, type StreamReader } from "../stream/contract"
import { decodeEntry } from "../stream/entries"
import { isOfWorker, type Nats, natsStream } from "./connection"

/** NATS refuses to wait a shorter time. */
const SHORTEST_WAIT_MS = 1_000
/** An answer that is so late never comes: the server died after it was asked. */
const OVERDUE_MS = 3_000

export class NatsReader implements StreamReader {
  private consumer: { next: number; pulls: Consumer } | null = null

  constructor(
    private readonly nats: Nats,
    private readonly stream: string,
  ) {}

  async read(after: Position, count: number, waitMs: number): Promise<Entry[]> {
    try {
      const reading = this.readWhole(after, count, waitMs)
      return await brokerAnswer("NATS", reading, Math.max(waitMs, SHORTEST_WAIT_MS) + OVERDUE_MS)
    } catch (error) {
      this.consumer = null
      throw error
    }
  }

  async close(): Promise<void> {
    this.consumer = null
  }

  private async readWhole(after: Position, count: number, waitMs: number): Promise<Entry[]> {
    const { state } = await this.nats.get().manager.streams.info(natsStream(this.stream))
    const there = Math.min(count, state.last_seq - after.seq)
    if (there <= 0 && waitMs === 0) return []
    const pulls = await this.from(after.seq + 1)
    const entries: Entry[] = []
    let last = after
    const take = (message: JsMsg) => {
      const { seq, subject, headers } = message
      // A server that was just elected may hand over again what it handed over before.
      if (seq <= last.seq) return
      const decoded = { ...decodeEntry(message.string(), seq, last), ...shownIn(headers) }
      const entry = ofItsWriter(ofItsTime(decoded), subject)
      entries.push(entry)
      last = entry.position
    }
    if (there > 0) {
      const messages = await pulls.fetch({ max_messages: there, expires: SHORTEST_WAIT_MS })
      for await (const message of messages) take(message)
    } else {
      const message = await pulls.next({ expires: Math.max(waitMs, SHORTEST_WAIT_MS) })
      if (message) take(message)
    }
    // A consumer that gave fewer messages than there are is replaced by another one.
    this.consumer = entries.length < there ? null : { next: last.seq + 1, pulls }
    return entries
  }

  private async from(next: number): Promise<Consumer> {
    if (this.consumer?.next === next) return this.consumer.pulls
    this.consumer = null
    return this.nats.get().js.consumers.get(natsStream(this.stream), {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: next,
    })
  }
}

/**
 * A ballot's id follows that of the vote that it replaces, so it is known of which votes its writer knew. A cluster that lost its
 * leader may hold an older ballot of a voter once more, behind a newer one: it displaces none.
 */
function ofItsTime(entry: Entry): Entry {
  return entry.ballotId ? { ...entry, knew: entry.ballotId.ms - 1 } : entry
}

function shownIn(headers: MsgHdrs | undefined): Pick<Entry, "proof" | "traceparent"> {
  if (!headers) return {}
  const traceparent = traceparentIn(headers.get(TRACEPARENT))
  return {
    ...(headers.has(PROOF) && { proof: headers.get(PROOF) }),
    ...(traceparent !== undefined && { traceparent }),
  }
}

/** A marker that stands where vote may write ends no poll: it would make ballots late that vote answered with success. */
function ofItsWriter({ stopMarker, ...entry }: Entry, subject: string): Entry {
  return stopMarker && isOfWorker(subject) ? { ...entry, stopMarker } : entry
}

/** The worker's side of NATS JetStream: making a shard's stream, reading it by sequence, and forgetting polls. */

import { type Consumer, DeliverPolicy, DiscardPolicy, StorageType } from "@nats-io/jetstream"
import type { Position } from "../../ballots/ballot"
import type { ConnectionEvents } from "../../health"
import { type Entry, InboxAway } from "../contract"
import { brokerAnswer } from "../stream/broker-answer"
import type { BrokerAdmin, StreamEntry, StreamReader } from "../stream/contract"
import { decodeEntry } from "../stream/entries"
import {
  ADMIN_TIMEOUT_MS,
  isStreamUnknown,
  isSubjectTaken,
  Nats,
  natsStream,
  subjectOf,
  subjectsOf,
} from "./connection"

/** Publications that wait for their answers at the same time. */
const IN_FLIGHT = 500
/** NATS takes no shorter ones. */
const SHORTEST_WAIT_MS = 1_000
/** So long after it should have come, what was asked of a server that died meanwhile never comes. */
const OVERDUE_MS = 3_000

export class NatsAdmin implements BrokerAdmin {
  readonly kind = "nats"
  readonly refusesSecondVotes = true
  private readonly nats: Nats

  /** @param replicas servers of the NATS cluster that keep each stream; 3 or more lose nothing when one dies */
  constructor(
    urls: string[],
    private readonly replicas: number,
    events: ConnectionEvents,
  ) {
    this.nats = new Nats(urls, events)
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

  async create(stream: string): Promise<void> {
    await this.nats.get().manager.streams.add({
      name: natsStream(stream),
      subjects: [subjectsOf(stream)],
      storage: StorageType.File,
      num_replicas: this.replicas,
      max_msgs_per_subject: 1,
      discard: DiscardPolicy.New,
      discard_new_per_subject: true,
      allow_direct: true,
    })
  }

  async length(stream: string): Promise<number | null> {
    const { streams } = this.nats.get().manager
    try {
      return (await brokerAnswer("NATS", streams.info(natsStream(stream)), ADMIN_TIMEOUT_MS)).state.last_seq
    } catch (error) {
      const cause = error instanceof InboxAway ? error.cause : error
      if (isStreamUnknown(cause)) return null
      throw error
    }
  }

  /** The ballots of forgotten polls leave gaps, which say nothing. */
  async stillHas(stream: string, seq: number, isIt: (text: string) => boolean): Promise<boolean> {
    const { streams } = this.nats.get().manager
    const found = await brokerAnswer(
      "NATS",
      streams.getMessage(natsStream(stream), { seq }),
      ADMIN_TIMEOUT_MS,
    )
    return found ? isIt(found.string()) : ((await this.length(stream)) ?? 0) >= seq
  }

  async append(stream: string, entries: readonly StreamEntry[]): Promise<void> {
    for (let from = 0; from < entries.length; from += IN_FLIGHT) {
      await Promise.all(entries.slice(from, from + IN_FLIGHT).map((entry) => this.write(stream, entry)))
    }
  }

  reader(stream: string): StreamReader {
    return new NatsReader(this.nats, stream)
  }

  async forgetPoll(stream: string, poll: number): Promise<void> {
    await this.nats.get().manager.streams.purge(natsStream(stream), { filter: subjectsOf(stream, poll) })
  }

  /** What stands on the subject already was written by an earlier try. */
  private async write(stream: string, { text, ballot }: StreamEntry): Promise<void> {
    const subject = ballot ? subjectOf(stream, ballot) : `tallyroom.${stream}.notes.${crypto.randomUUID()}`
    await this.nats
      .get()
      .js.publish(subject, text)
      .catch((error) => {
        if (!isSubjectTaken(error)) throw error
      })
  }
}

class NatsReader implements StreamReader {
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
    const take = (text: string, seq: number) => {
      const entry = decodeEntry(text, seq, last)
      entries.push(entry)
      last = entry.position
    }
    if (there > 0) {
      const messages = await pulls.fetch({ max_messages: there, expires: SHORTEST_WAIT_MS })
      for await (const message of messages) take(message.string(), message.seq)
    } else {
      const message = await pulls.next({ expires: Math.max(waitMs, SHORTEST_WAIT_MS) })
      if (message) take(message.string(), message.seq)
    }
    // Whatever is wrong with a consumer that gave less than there is, another one is better.
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

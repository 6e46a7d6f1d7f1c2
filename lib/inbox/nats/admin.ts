/** The worker's side of NATS JetStream: it makes a shard's stream, verifies it, and forgets polls. */

import { DiscardPolicy, StorageType } from "@nats-io/jetstream"
import type { Position } from "../../ballots/ballot"
import type { ConnectionEvents } from "../../health"
import { InboxAway } from "../contract"
import { brokerAnswer } from "../stream/broker-answer"
import type { BrokerAdmin, StreamEntry, StreamReader } from "../stream/contract"
import {
  isStreamUnknown,
  isSubjectTaken,
  NATS_ADMIN_TIMEOUT_MS,
  Nats,
  natsStream,
  subjectOf,
  subjectsOf,
} from "./connection"
import { NatsReader } from "./read"

/** Publications that wait for their answers at the same time. */
const IN_FLIGHT = 500

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
      return (await brokerAnswer("NATS", streams.info(natsStream(stream)), NATS_ADMIN_TIMEOUT_MS)).state
        .last_seq
    } catch (error) {
      const cause = error instanceof InboxAway ? error.cause : error
      if (isStreamUnknown(cause)) return null
      throw error
    }
  }

  /** A gap proves no loss: the ballot of a forgotten poll may have stood there. */
  async stillHas(stream: string, seq: number, isIt: (text: string) => boolean): Promise<boolean> {
    const { streams } = this.nats.get().manager
    const found = await brokerAnswer(
      "NATS",
      streams.getMessage(natsStream(stream), { seq }),
      NATS_ADMIN_TIMEOUT_MS,
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

  async forgetBallots(stream: string, ballots: readonly Position[]): Promise<void> {
    const { streams } = this.nats.get().manager
    for (const { seq } of ballots) {
      const forgotten = streams.deleteMessage(natsStream(stream), seq, false)
      await brokerAnswer("NATS", forgotten, NATS_ADMIN_TIMEOUT_MS)
    }
  }

  async forgetPoll(stream: string, poll: number): Promise<void> {
    await this.nats.get().manager.streams.purge(natsStream(stream), { filter: subjectsOf(stream, poll) })
  }

  /** A ballot that stands on its subject already was written by an earlier try. */
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

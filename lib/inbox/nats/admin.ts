/** The worker's side of NATS JetStream: it makes a shard's stream, verifies it, and forgets polls. */

import { DiscardPolicy, StorageType } from "@nats-io/jetstream"
import { headers } from "@nats-io/transport-node"
import type { Position } from "../../ballots/ballot"
import type { ConnectionEvents } from "../../health"
import type { Access } from "../access"
import { InboxAway } from "../contract"
import { brokerAnswer } from "../stream/broker-answer"
import {
  type BrokerAdmin,
  FIRST_ENTRY,
  PROOF,
  type StreamEntry,
  type StreamLook,
  type StreamReader,
} from "../stream/contract"
import {
  isStreamUnknown,
  isSubjectTaken,
  NATS_ADMIN_TIMEOUT_MS,
  Nats,
  natsStream,
  noteSubject,
  stopSubject,
  subjectOf,
  subjectsOf,
} from "./connection"
import { NatsReader } from "./read"

/** Publications that wait for their answers at the same time. */
const IN_FLIGHT = 500

/** Several times what a ballot or marker takes. Nothing that is greater may lie in wait for a worker, which reads thousands at once. */
const MOST_MESSAGE_BYTES = 1_024

/** What a stream of an earlier version is given, too. */
const LIMITS = { max_msg_size: MOST_MESSAGE_BYTES, allow_direct: true } as const

/** The description of a stream that began with an entry of its own; those of earlier versions had none. */
const HAS_FIRST_ENTRY = "The first message belongs to Tallyroom: without it this stream counts as emptied."

export class NatsAdmin implements BrokerAdmin {
  readonly kind = "nats"
  readonly refusesSecondVotes = true
  private readonly nats: Nats

  /** @param replicas servers of the NATS cluster that keep each stream; 3 or more lose nothing when one dies */
  constructor(
    access: Access,
    private readonly replicas: number,
    events: ConnectionEvents,
  ) {
    this.nats = new Nats("worker", access, events)
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
      ...LIMITS,
      description: HAS_FIRST_ENTRY,
    })
    await this.nats.get().js.publish(`tallyroom.${stream}.first`, FIRST_ENTRY)
  }

  async renewLimits(stream: string): Promise<boolean> {
    const { streams } = this.nats.get().manager
    const { config } = await brokerAnswer("NATS", streams.info(natsStream(stream)), NATS_ADMIN_TIMEOUT_MS)
    const { max_msg_size, allow_direct } = LIMITS
    if (config.max_msg_size === max_msg_size && config.allow_direct === allow_direct) return false
    await brokerAnswer("NATS", streams.update(natsStream(stream), LIMITS), NATS_ADMIN_TIMEOUT_MS)
    return true
  }

  async remove(stream: string): Promise<void> {
    const { streams } = this.nats.get().manager
    const removed = streams.delete(natsStream(stream))
    await brokerAnswer("NATS", removed, NATS_ADMIN_TIMEOUT_MS).catch(nullIfUnknown)
  }

  /** NATS keeps a stream's last sequence when the stream is purged: only what should stand at its beginning tells. */
  async look(stream: string): Promise<StreamLook | null> {
    const { streams } = this.nats.get().manager
    const asked = brokerAnswer("NATS", streams.info(natsStream(stream)), NATS_ADMIN_TIMEOUT_MS)
    const info = await asked.catch(nullIfUnknown)
    if (info === null) return null
    const wasEmptied = info.config.description === HAS_FIRST_ENTRY && info.state.first_seq !== 1
    return { length: info.state.last_seq, wasEmptied }
  }

  /** A gap proves no loss: the ballot of a forgotten poll may have stood there. */
  async stillHas(stream: string, seq: number, isIt: (text: string) => boolean): Promise<boolean> {
    const { streams } = this.nats.get().manager
    const found = await brokerAnswer(
      "NATS",
      streams.getMessage(natsStream(stream), { seq }),
      NATS_ADMIN_TIMEOUT_MS,
    )
    return found ? isIt(found.string()) : ((await this.look(stream))?.length ?? 0) >= seq
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
  private async write(stream: string, { text, ballot, stop, proof }: StreamEntry): Promise<void> {
    const own = crypto.randomUUID()
    const other = stop ? stopSubject(stream, stop, own) : noteSubject(stream, own)
    const subject = ballot ? subjectOf(stream, ballot) : other
    await this.nats
      .get()
      .js.publish(subject, text, proof === undefined ? {} : { headers: showing(proof) })
      .catch((error) => {
        if (!isSubjectTaken(error)) throw error
      })
  }
}

function showing(proof: string) {
  const shown = headers()
  shown.set(PROOF, proof)
  return shown
}

function nullIfUnknown(error: unknown): null {
  if (isStreamUnknown(error instanceof InboxAway ? error.cause : error)) return null
  throw error
}

/** A connection to one sentinel that is kept, and hears whatever that sentinel publishes. */

import { Redis } from "ioredis"
import { backoff } from "../../backoff"
import { reasonText } from "../../health"
import type { StoreServer } from "../store-address"
import { readMaster, type SentinelPlace, sentinelOptions } from "./sentinel-place"
import type { SentinelReport } from "./sentinel-verdict"

/** A sentinel that says nothing for so long is connected anew. */
const SILENT_MS = 1_000
/** Once it is back, ballots wait for it no longer than for a master. */
const LONGEST_PAUSE_MS = 500
/** A question without an answer for so long is waited for by nobody: its sentinel hangs, or is far away. */
export const LATE_MS = 25
/** A sentinel that is asked about a vote casts none in so early an election: it only tells how it has voted. */
const NO_ELECTION = 0

/**
 * A sentinel publishes each change of what it thinks, its own vote too, in the moment of the change, and everything that it sends over one
 * connection comes in order. So what it once said still holds as long as it answers a PING and has published nothing before that.
 */
export class SentinelWatch {
  private readonly redis: Redis
  /** What it said; null once it has published something since. */
  private known: SentinelReport | null = null
  /** Grows with everything that it publishes, and with each connection that is lost. */
  private news = 0
  private isSubscribed = false
  /** When the questions were asked that have no answer yet, the oldest first. */
  private readonly unanswered = new Set<{ askedAt: number }>()
  /** The latest election in which it was heard to vote. */
  private heardVote = 0
  private reason: Error | null = null

  /** @param place where the sentinels are, as it is at each call */
  constructor(
    server: StoreServer,
    private readonly place: () => SentinelPlace,
  ) {
    const redis = new Redis({
      ...sentinelOptions(server, place()),
      // By version 3 of the protocol answers, and what is published, come over the same connection.
      ...{
        protocol: 3,
        autoResubscribe: false,
        enableOfflineQueue: false,
        autoResendUnfulfilledCommands: false,
      },
      ...{
        connectTimeout: SILENT_MS,
        commandTimeout: SILENT_MS,
        socketTimeout: SILENT_MS,
        disconnectTimeout: 0,
      },
      retryStrategy: (attempt) => {
        Object.assign(redis.options, sentinelOptions(server, place()))
        return backoff(attempt, LONGEST_PAUSE_MS)
      },
    })
    this.redis = redis
    redis.on("error", (error) => {
      this.reason = error
    })
    redis.on("pmessage", (_, event: string, text: string) => this.hear(event, text))
    redis.on("close", () => {
      this.isSubscribed = false
      this.forget()
    })
  }

  /** Whether it leaves a question without an answer for longer than anybody should wait. */
  isLate(): boolean {
    const [oldest] = this.unanswered
    return oldest !== undefined && performance.now() - oldest.askedAt > LATE_MS
  }

  /** Whether it has published something and not been asked since. */
  isInDoubt(): boolean {
    return this.isSubscribed && this.known === null
  }

  /** What it says now: nothing of the answer is older than the call. @throws why it says nothing, in words that follow its name */
  async report(): Promise<SentinelReport> {
    if (this.redis.status !== "ready") throw new Error(this.silence())
    const question = { askedAt: performance.now() }
    this.unanswered.add(question)
    try {
      return (await this.stillKnown()) ?? (await this.askAnew())
    } catch (error) {
      const { name, message } = error as Error
      throw new Error(name === "ReplyError" ? `says ${message}` : this.silence(), { cause: error })
    } finally {
      this.unanswered.delete(question)
    }
  }

  disconnect(): void {
    this.redis.disconnect()
  }

  private silence(): string {
    return this.reason ? `does not answer: ${reasonText(this.reason)}` : "does not answer"
  }

  private hear(event: string, text: string): void {
    this.forget()
    if (event !== "+vote-for-leader") return
    const [, epoch] = text.split(" ")
    this.heardVote = Math.max(this.heardVote, Number(epoch) || 0)
  }

  private forget(): void {
    this.known = null
    this.news++
  }

  private async stillKnown(): Promise<SentinelReport | null> {
    const { known } = this
    if (known) await this.redis.ping()
    return this.known === known ? known : null
  }

  private async askAnew(): Promise<SentinelReport> {
    if (!this.isSubscribed) await this.redis.psubscribe("*")
    this.isSubscribed = true
    for (;;) {
      const { news } = this
      const report = await this.ask()
      if (news !== this.news) continue
      this.known = report
      return report
    }
  }

  private async ask(): Promise<SentinelReport> {
    const master = readMaster(await this.redis.call("SENTINEL", "MASTER", this.place().name))
    const about = [master.host, master.port, NO_ELECTION, "tallyroom"]
    const vote = (await this.redis.call("SENTINEL", "IS-MASTER-DOWN-BY-ADDR", ...about)) as unknown[]
    // One that can't look up the name of the master for the moment answers as if it had never voted.
    return { ...master, votedEpoch: Number(vote[2]) || this.heardVote }
  }
}

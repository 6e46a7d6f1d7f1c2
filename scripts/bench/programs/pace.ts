/**
 * Votes at a steady rate, each at its own moment whether or not the votes before it were answered; its latency counts
 * from that moment. So a server that stalls is charged for everybody who would have come meanwhile. A vote that is
 * refused is sent again, as people do, and its time runs on.
 */

import { z } from "zod"
import { clock } from "../figures/clock"
import { Histogram } from "../figures/histogram"
import { CLASSIC_VOTE } from "../subject/poll"
import { type Connection, openConnections, sendUntilDone } from "./connections"
import type { HttpAnswer } from "./http-answer"
import { answer, readInput } from "./program"

export const paceInput = z.object({
  url: z.url(),
  rate: z.number(),
  seconds: z.number(),
  /** What each vote is: one of the classic poll if nothing else is said. */
  vote: z.object({ path: z.string(), body: z.string() }).default(CLASSIC_VOTE),
})

export const paceResult = z.object({
  /** When the first vote was due, by clock(); vote k (from 1) was due (k - 1) / rate seconds later. */
  startedAt: z.number(),
  accepted: z.number(),
  /** How often a vote was refused. */
  refused: z.number(),
  p50: z.number(),
  p99: z.number(),
})

/** Far more than are busy at once while the server keeps up. */
const CONNECTIONS = 256
/** A refused vote is sent again after this. */
const AGAIN_MS = 100
/** All votes must be accepted within this time after the last one was due. */
const GRACE_MS = 10_000

/** What waits for an answer is a vote, by the moment at which it was due. */
type DueAt = number

class Pace {
  private readonly latencies = new Histogram()
  private free: Connection<DueAt>[] = []
  private readonly request: string
  private startedAt = 0
  private sent = 0
  private accepted = 0
  private refused = 0
  private readonly total: number

  constructor(private readonly input: z.infer<typeof paceInput>) {
    const { host } = new URL(input.url)
    const { path, body } = input.vote
    this.total = Math.round(input.rate * input.seconds)
    this.request = [
      `POST ${path} HTTP/1.1`,
      `Host: ${host}`,
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      `\r\n${body}`,
    ].join("\r\n")
  }

  async run(): Promise<z.infer<typeof paceResult>> {
    const { url, seconds } = this.input
    this.free = await openConnections<DueAt>(url, CONNECTIONS, this.onAnswer.bind(this))
    this.startedAt = clock()
    await sendUntilDone({
      sendDue: () => this.sendDue(),
      isDone: () => this.accepted === this.total,
      end: this.startedAt + seconds * 1_000 + GRACE_MS,
      soFar: () => `${this.accepted} of ${this.total} votes were accepted`,
    })
    const { startedAt, accepted, refused, latencies } = this
    return { startedAt, accepted, refused, p50: latencies.quantile(0.5), p99: latencies.quantile(0.99) }
  }

  private sendDue(): void {
    while (this.sent < this.total) {
      const dueAt = this.startedAt + (this.sent * 1_000) / this.input.rate
      if (dueAt > clock()) return
      const socket = this.free.pop()
      if (!socket) return
      this.sent++
      socket.data.sender = dueAt
      socket.write(this.request)
    }
  }

  private onAnswer(socket: Connection<DueAt>, dueAt: DueAt, { status }: HttpAnswer): void {
    if (status !== "201") {
      this.refused++
      setTimeout(() => socket.write(this.request), AGAIN_MS)
      return
    }
    this.accepted++
    this.latencies.add(clock() - dueAt)
    this.free.push(socket)
    this.sendDue()
  }
}

if (import.meta.main) {
  answer(await new Pace(paceInput.parse(readInput())).run())
  process.exit(0)
}

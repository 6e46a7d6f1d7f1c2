/**
 * Votes at a steady rate, each at its own moment whether or not the votes before it were answered; its latency counts
 * from that moment. So a server that stalls is charged for everybody who would have come meanwhile. A vote that is
 * refused is sent again, as people do, and its time runs on.
 */

import type { Socket } from "bun"
import { z } from "zod"
import { clock } from "../figures/clock"
import { Histogram } from "../figures/histogram"
import { CLASSIC_VOTE } from "../subject/poll"
import { completeAnswer } from "./http-answer"
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
const TICK_MS = 1

type Line = { dueAt: number; received: string }

class Pace {
  private readonly latencies = new Histogram()
  private readonly free: Socket<Line>[] = []
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
    await Promise.all(Array.from({ length: CONNECTIONS }, () => this.connect()))
    this.startedAt = clock()
    const end = this.startedAt + this.input.seconds * 1_000 + GRACE_MS
    await new Promise<void>((resolve, reject) => {
      const timer = setInterval(() => {
        this.sendDue()
        if (this.accepted === this.total) resolve()
        else if (clock() > end) reject(new Error(`${this.accepted} of ${this.total} votes were accepted`))
        else return
        clearInterval(timer)
      }, TICK_MS)
    })
    const { startedAt, accepted, refused, latencies } = this
    return { startedAt, accepted, refused, p50: latencies.quantile(0.5), p99: latencies.quantile(0.99) }
  }

  private async connect(): Promise<void> {
    const { hostname, port } = new URL(this.input.url)
    const socket = await Bun.connect<Line>({
      ...{ hostname, port: Number(port), data: { dueAt: 0, received: "" } },
      socket: { data: (from, bytes) => this.onData(from, bytes) },
    })
    this.free.push(socket)
  }

  private sendDue(): void {
    while (this.sent < this.total) {
      const dueAt = this.startedAt + (this.sent * 1_000) / this.input.rate
      if (dueAt > clock()) return
      const socket = this.free.pop()
      if (!socket) return
      this.sent++
      socket.data.dueAt = dueAt
      socket.write(this.request)
    }
  }

  private onData(socket: Socket<Line>, bytes: Buffer): void {
    const line = socket.data
    line.received += bytes.toString("latin1")
    const status = completeAnswer(line.received)?.status
    if (status === undefined) return
    line.received = ""
    if (status !== "201") {
      this.refused++
      setTimeout(() => socket.write(this.request), AGAIN_MS)
      return
    }
    this.accepted++
    this.latencies.add(clock() - line.dueAt)
    this.free.push(socket)
    this.sendDue()
  }
}

if (import.meta.main) {
  answer(await new Pace(paceInput.parse(readInput())).run())
  process.exit(0)
}

/**
 * Requests for one path at a steady rate, each at its own moment whether or not those before it were answered. What is refused is
 * asked again, as pages do.
 */

import { z } from "zod"
import { clock } from "../figures/clock"
import { type Connection, openConnections, sendUntilDone } from "./connections"
import type { HttpAnswer } from "./http-answer"
import { answer, readInput } from "./program"

export const readsInput = z.object({
  url: z.url(),
  path: z.string(),
  rate: z.number(),
  seconds: z.number(),
})

export const readsResult = z.object({
  answered: z.number(),
  /** How often a request was refused. */
  refused: z.number(),
})

const CONNECTIONS = 128
const AGAIN_MS = 100
/** All must be answered within this time after the last one was due. */
const GRACE_MS = 10_000

class Reads {
  private free: Connection<true>[] = []
  private readonly request: string
  private readonly total: number
  private startedAt = 0
  private sent = 0
  private answered = 0
  private refused = 0

  constructor(private readonly input: z.infer<typeof readsInput>) {
    const { url, path, rate, seconds } = input
    this.total = Math.round(rate * seconds)
    this.request = [
      `GET ${path} HTTP/1.1`,
      `Host: ${new URL(url).host}`,
      "Accept-Encoding: gzip, deflate, br\r\n\r\n",
    ].join("\r\n")
  }

  async run(): Promise<z.infer<typeof readsResult>> {
    const { url, seconds } = this.input
    this.free = await openConnections<true>(url, CONNECTIONS, this.onAnswer.bind(this))
    this.startedAt = clock()
    await sendUntilDone({
      sendDue: () => this.sendDue(),
      isDone: () => this.answered === this.total,
      end: this.startedAt + seconds * 1_000 + GRACE_MS,
      soFar: () => `${this.answered} of ${this.total} requests were answered, ${this.refused} times refused`,
    })
    return { answered: this.answered, refused: this.refused }
  }

  private sendDue(): void {
    while (this.sent < this.total) {
      if (this.startedAt + (this.sent * 1_000) / this.input.rate > clock()) return
      const socket = this.free.pop()
      if (!socket) return
      this.sent++
      socket.data.sender = true
      socket.write(this.request)
    }
  }

  private onAnswer(socket: Connection<true>, _sender: true, { status }: HttpAnswer): void {
    if (!status.startsWith("2")) {
      this.refused++
      setTimeout(() => socket.write(this.request), AGAIN_MS)
      return
    }
    this.answered++
    this.free.push(socket)
    this.sendDue()
  }
}

if (import.meta.main) {
  answer(await new Reads(readsInput.parse(readInput())).run())
  process.exit(0)
}

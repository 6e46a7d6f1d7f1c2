/**
 * The least that a live tally can do: `Bun.serve` publishes the bytes of a real message to all who watch, with the number of votes
 * that are due by then, and sends each who comes a whole snapshot. It begins when so many watch, and ends when all have gone
 * after the last vote.
 */

import { z } from "zod"
import { clock } from "../figures/clock"
import { answer, readInput } from "./program"

export const bareLiveInput = z.object({
  /** What a viewer of Tallyroom was sent first, and then. */
  whole: z.string(),
  numbers: z.string(),
  /** It begins when so many are there. */
  viewers: z.number(),
  intervalMs: z.number(),
  rate: z.number(),
  seconds: z.number(),
})

export const bareLiveResult = z.object({
  /** When the first vote was due, by clock(). */
  startedAt: z.number(),
  /** When the last message was published, by clock(). */
  publishedAt: z.number(),
  published: z.number(),
})

const TOPIC = "live"
/** Its CPU can be read for so long after all have gone. */
const LINGER_MS = 2_000

class BareLive {
  private startedAt = 0
  private published = 0
  private watching = 0
  private isOver = false
  private readonly server

  constructor(private readonly input: z.infer<typeof bareLiveInput>) {
    this.server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request, server) =>
        server.upgrade(request) ? undefined : new Response("This speaks WebSocket alone.", { status: 400 }),
      websocket: {
        open: (socket) => {
          socket.subscribe(TOPIC)
          socket.send(withTotal(input.whole, this.due()))
          if (++this.watching >= input.viewers && this.startedAt === 0) this.begin()
        },
        close: () => {
          if (--this.watching === 0 && this.isOver) setTimeout(() => process.exit(0), LINGER_MS)
        },
        message: () => {},
      },
    })
    answer({ url: `http://127.0.0.1:${this.server.port}` })
  }

  private due(): number {
    if (this.startedAt === 0) return 0
    const { rate, seconds } = this.input
    return Math.min(rate * seconds, Math.floor(((clock() - this.startedAt) * rate) / 1_000))
  }

  private begin(): void {
    this.startedAt = clock()
    const { rate, seconds, numbers, intervalMs } = this.input
    const timer = setInterval(() => {
      const total = this.due()
      this.published++
      this.server.publish(TOPIC, withTotal(numbers, total))
      if (total < rate * seconds) return
      clearInterval(timer)
      this.isOver = true
      answer({ startedAt: this.startedAt, publishedAt: clock(), published: this.published })
    }, intervalMs)
  }
}

function withTotal(message: string, total: number): string {
  return message.replace(/"total":\d+/, `"total":${total}`)
}

if (import.meta.main) new BareLive(bareLiveInput.parse(readInput()))

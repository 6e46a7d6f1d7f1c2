/** A crowd that watches a poll: notes when each snapshot reached each viewer, and which total it showed. */

import { z } from "zod"
import { clock } from "../figures/clock"
import { POLL_ID } from "../subject/poll"
import { answer, readInput } from "./program"

export const viewersInput = z.object({
  url: z.url(),
  poll: z.string().default(POLL_ID),
  viewers: z.number(),
  /** The program ends once every viewer has seen this total; with null it never does. */
  until: z.number().nullable(),
  /** Gets the sightings: three doubles each (viewer, clock(), total). */
  file: z.string(),
})

export const viewersResult = z.object({ snapshots: z.number() })

/** So many viewers connect at the same time, as a server would refuse some of more. */
const CONNECTING_AT_ONCE = 50

class Crowd {
  private readonly sightings: number[] = []
  private readonly satisfied = new Set<number>()
  private lastText = ""
  private lastTotal = 0
  private readonly done = Promise.withResolvers<void>()

  constructor(private readonly input: z.infer<typeof viewersInput>) {}

  async gather(): Promise<void> {
    const { viewers } = this.input
    for (let i = 0; i < viewers; i += CONNECTING_AT_ONCE) {
      const some = Array.from({ length: Math.min(CONNECTING_AT_ONCE, viewers - i) }, (_, j) => i + j)
      await Promise.all(some.map((viewer) => this.watch(viewer)))
    }
  }

  async watchToTheEnd(): Promise<z.infer<typeof viewersResult>> {
    await this.done.promise
    await Bun.write(this.input.file, new Float64Array(this.sightings))
    return { snapshots: this.sightings.length / 3 }
  }

  /** Settles with the first snapshot. */
  private watch(viewer: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { url, poll } = this.input
    const socket = new WebSocket(`${url.replace("http", "ws")}/live?poll=${poll}&then=numbers`)
    socket.onmessage = ({ data }) => {
      resolve()
      this.see(viewer, String(data))
    }
    socket.onclose = ({ code }) => {
      console.error(`viewer ${viewer} was closed with code ${code}`)
      process.exit(1)
    }
    return promise
  }

  private see(viewer: number, text: string): void {
    const total = this.totalOf(text)
    this.sightings.push(viewer, clock(), total)
    if (this.input.until === null || total < this.input.until) return
    this.satisfied.add(viewer)
    if (this.satisfied.size === this.input.viewers) this.done.resolve()
  }

  /** The same text goes to everybody: it is parsed once. */
  private totalOf(text: string): number {
    if (text !== this.lastText) {
      this.lastText = text
      this.lastTotal = z.object({ total: z.number() }).parse(JSON.parse(text)).total
    }
    return this.lastTotal
  }
}

if (import.meta.main) {
  const crowd = new Crowd(viewersInput.parse(readInput()))
  await crowd.gather()
  answer({ watching: true })
  answer(await crowd.watchToTheEnd())
  process.exit(0)
}

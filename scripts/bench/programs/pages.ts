/**
 * A crowd of open result pages: each follows the poll by the code that runs in browsers, and so comes back as it does. On
 * SIGUSR2 all connections break at once, as when a proxy in front starts anew. Sightings are as those of viewers.ts; a viewer
 * whose connection is lost sees the total -1.
 */

import { z } from "zod"
import { keepWatching } from "../../../apps/result/live/live-socket"
import { clock } from "../figures/clock"
import { LOST } from "../figures/sightings"
import { POLL_ID } from "../subject/poll"
import { answer, readInput } from "./program"

export const pagesInput = z.object({
  url: z.url(),
  viewers: z.number(),
  /** The program ends once every viewer has seen this total. */
  until: z.number(),
  /** Gets the sightings: three doubles each (viewer, clock(), total). */
  file: z.string(),
})

/** `tries`: how many connections were tried after all had been there. */
export const pagesResult = z.object({ tries: z.number() })

/** So many connect at the same time at first. */
const CONNECTING_AT_ONCE = 50

/** The pages are visible all the time, and their devices are never offline. */
const PAGE = {
  document: { visibilityState: "visible", addEventListener: () => {} },
  addEventListener: () => {},
}

/** As Bun has it, which can also break a connection without a word. */
type Breakable = WebSocket & { terminate: () => void }

const connections = new Set<Breakable>()
let tries = 0

class CountedSocket extends WebSocket {
  constructor(address: string | URL) {
    super(address)
    tries++
    const connection = this as unknown as Breakable
    connections.add(connection)
    this.addEventListener("close", () => connections.delete(connection))
  }
}

class Pages {
  private readonly sightings: number[] = []
  private readonly satisfied = new Set<number>()
  private readonly done = Promise.withResolvers<void>()

  constructor(private readonly input: z.infer<typeof pagesInput>) {}

  async gather(): Promise<void> {
    const { viewers } = this.input
    for (let i = 0; i < viewers; i += CONNECTING_AT_ONCE) {
      const some = Array.from({ length: Math.min(CONNECTING_AT_ONCE, viewers - i) }, (_, j) => i + j)
      await Promise.all(some.map((viewer) => this.open(viewer)))
    }
    tries = 0
  }

  async watchToTheEnd(): Promise<z.infer<typeof pagesResult>> {
    await this.done.promise
    await Bun.write(this.input.file, new Float64Array(this.sightings))
    return { tries }
  }

  /** Settles with the first snapshot. */
  private open(viewer: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const address = new URL(`${this.input.url.replace("http", "ws")}/live?poll=${POLL_ID}`)
    keepWatching(address, {
      onSnapshot: ({ total = 0 }) => {
        resolve()
        this.see(viewer, total)
      },
      onState: (state) => {
        if (state === "away") this.sightings.push(viewer, clock(), LOST)
      },
    })
    return promise
  }

  private see(viewer: number, total: number): void {
    this.sightings.push(viewer, clock(), total)
    if (total < this.input.until) return
    this.satisfied.add(viewer)
    if (this.satisfied.size === this.input.viewers) this.done.resolve()
  }
}

if (import.meta.main) {
  Object.assign(globalThis, PAGE, { WebSocket: CountedSocket })
  process.on("SIGUSR2", () => {
    for (const socket of connections) socket.terminate()
  })
  const pages = new Pages(pagesInput.parse(readInput()))
  await pages.gather()
  answer({ watching: true })
  answer(await pages.watchToTheEnd())
  process.exit(0)
}

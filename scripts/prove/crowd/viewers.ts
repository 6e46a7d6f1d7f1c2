/** Viewers of a run: WebSockets to each result app, which connect again whenever they are closed or hear nothing for long. */

import { z } from "zod"
import type { Recorder } from "../record/recorder"
import { countedSchema, countsIn, outcomeSchema } from "./counted"

/** The server says the last snapshot again every 20 s (docs/api.md). */
const SILENCE_MS = 25_000
const AGAIN_MS = 500

const snapshotSchema = countedSchema.extend({
  poll: z.string(),
  number: z.number(),
  version: z.number(),
  state: z.string(),
})

/** What whoever asked for `then=numbers` is sent once it has a snapshot: votes in the order of its options. */
const numbersSchema = z.object({
  number: z.number(),
  version: z.number(),
  total: z.number(),
  abstained: z.number().optional(),
  votes: z.array(z.number()),
  said: z.array(z.array(z.number())).optional(),
})

const outcomeMessageSchema = z.object({ outcome: outcomeSchema.optional() })

type Seen = z.infer<typeof snapshotSchema>

let connections = 0

export class Viewer {
  private socket: WebSocket | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private isOver = false

  constructor(
    private readonly replica: number,
    private readonly url: string,
    readonly poll: string,
    private readonly recorder: Recorder,
  ) {
    this.connect()
  }

  leave(): void {
    this.isOver = true
    clearTimeout(this.timer)
    this.socket?.close()
  }

  private connect(): void {
    if (this.isOver) return
    const connection = ++connections
    // Old pages take snapshots alone, so every other viewer does.
    const then = connection % 2 === 0 ? "&then=numbers" : ""
    const socket = new WebSocket(`${this.url.replace("http", "ws")}/live?poll=${this.poll}${then}`)
    this.socket = socket
    let whole: Seen | undefined
    let told = ""
    const again = () => {
      if (this.socket !== socket) return
      this.socket = undefined
      socket.close()
      this.after(AGAIN_MS, () => this.connect())
    }
    const stillHere = () => this.after(SILENCE_MS, again)
    socket.onmessage = ({ data }) => {
      stillHere()
      const message = JSON.parse(String(data))
      whole = readMessage(message, whole)
      const { poll, number, version, state } = whole
      const { replica, recorder } = this
      const who = { replica, connection, at: recorder.now(), poll }
      recorder.write({ kind: "seen", ...who, number, version, state, ...countsIn(whole) })
      const { outcome } = outcomeMessageSchema.parse(message)
      const says = JSON.stringify(outcome)
      if (outcome && says !== told) recorder.write({ kind: "outcome", ...who, ...outcome })
      told = says ?? told
    }
    socket.onclose = again
    socket.onerror = again
    stillHere()
  }

  private after(ms: number, work: () => void): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(work, ms)
  }
}

/** The snapshot that a message leaves a viewer with. */
function readMessage(message: object, before: Seen | undefined): Seen {
  if ("options" in message || before === undefined) return snapshotSchema.parse(message)
  const { number, version, total, abstained, votes, said } = numbersSchema.parse(message)
  if (number !== before.number || votes.length !== before.options.length)
    throw new Error(`Numbers of poll ${number} came to a viewer of poll ${before.number}.`)
  const options = before.options.map(({ id }, i) => ({ id, votes: votes[i] ?? 0, said: said?.[i] }))
  return { ...before, version, total, abstained, options }
}

/** One viewer of a poll that ranks: how often it is told an outcome, and of how many ballots. */

import { z } from "zod"

const messageSchema = z.object({
  total: z.number(),
  outcome: z.object({ version: z.number(), outcome: z.object({ ballots: z.number() }) }).optional(),
})

export class OutcomeViewer {
  /** How many different outcomes it was told. */
  outcomes = 0
  /** The ballots that the last one was counted from. */
  ballots = 0
  /** The ballots of the last tally. */
  total = 0
  private version = -1
  private readonly socket: WebSocket

  constructor(resultUrl: string, poll: string) {
    this.socket = new WebSocket(`${resultUrl.replace("http", "ws")}/live?poll=${poll}&then=numbers`)
    this.socket.onmessage = ({ data }) => this.see(messageSchema.parse(JSON.parse(String(data))))
  }

  close(): void {
    this.socket.close()
  }

  private see({ total, outcome }: z.infer<typeof messageSchema>): void {
    this.total = total
    if (!outcome || outcome.version === this.version) return
    this.version = outcome.version
    this.ballots = outcome.outcome.ballots
    this.outcomes++
  }
}

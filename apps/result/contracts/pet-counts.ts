/** What watchers of the pets contract are sent: the counts alone, at once on a change, and again every 1.5 s. */

import { PETS, PETS_POLL } from "@tallyroom/lib/contracts/pets"
import { z } from "zod"
import type { Channel } from "../live/live-route"

export const PETS_TOPIC = "pets"

/** The contract promises the counts at least every 2 s. The rest is for a busy machine. */
const REPEAT_MS = 1_500

/** The part of a snapshot that is needed here. An option that an admin has removed has no votes. */
const snapshotSchema = z.object({
  poll: z.string(),
  number: z.number(),
  version: z.number(),
  hidden: z.boolean(),
  options: z.array(z.object({ id: z.string(), votes: z.number().optional() })),
})
type Counted = z.infer<typeof snapshotSchema>

export class PetCounts {
  private latest: Counted | null = null
  private readonly repeater: Timer

  readonly channel: Channel = {
    path: "/ws",
    poll: () => PETS_POLL,
    topic: () => PETS_TOPIC,
    countsAlone: true,
    messageFrom: (message) => countsOf(this.newest(snapshotSchema.parse(JSON.parse(message)))),
  }

  /** @param publish sends to everybody who watches */
  constructor(private readonly publish: (message: string) => void) {
    this.repeater = setInterval(() => this.repeat(), REPEAT_MS).unref()
  }

  /** Takes all messages that the hub publishes, and passes on those of the public topic of this poll. */
  hear(topic: string, message: string): void {
    if (!topic.endsWith(" public")) return
    const snapshot = snapshotSchema.parse(JSON.parse(message))
    if (snapshot.poll !== PETS_POLL) return
    if (snapshot.hidden) this.latest = null
    else this.publish(countsOf(this.newest(snapshot)))
  }

  stop(): void {
    clearInterval(this.repeater)
  }

  private repeat(): void {
    if (this.latest) this.publish(countsOf(this.latest))
  }

  /** Keeps the newer snapshot, so that counts never go back unless the poll was deleted and made anew. */
  private newest(snapshot: Counted): Counted {
    const known = this.latest
    const isOlder = known?.number === snapshot.number && known.version > snapshot.version
    if (!known || !isOlder) this.latest = snapshot
    return this.latest ?? snapshot
  }
}

function countsOf({ options }: Counted): string {
  const votes = new Map(options.map((option) => [option.id, option.votes ?? 0]))
  return JSON.stringify(Object.fromEntries(PETS.map(({ id }) => [id, votes.get(id) ?? 0])))
}

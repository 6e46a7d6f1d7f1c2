/** What held the ballots of a run, in words and in names of files. */

import type { Run } from "../record/record"

type Holder = Pick<Run, "inbox" | "nodes">

const NAMES = { redis: "Redis", nats: "NATS", rabbitmq: "RabbitMQ" } as const

/** Such as "NATS (3 servers)". */
export function ballotsIn({ inbox, nodes }: Holder): string {
  return nodes === 1 ? NAMES[inbox] : `${NAMES[inbox]} (${nodes} servers)`
}

/** Such as "nats-3". */
export function folderName({ inbox, nodes }: Holder): string {
  return nodes === 1 ? inbox : `${inbox}-${nodes}`
}

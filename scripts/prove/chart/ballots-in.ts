/** What held the ballots of a run, in words and in names of files. */

import type { Run } from "../record/record"

type Holder = Pick<Run, "inbox" | "nodes"> & Partial<Pick<Run, "failover">>

const NAMES = {
  redis: "Redis",
  "redis-cluster": "Redis Cluster",
  nats: "NATS",
  rabbitmq: "RabbitMQ",
} as const satisfies Record<Run["inbox"], string>

/** Such as "NATS (3 servers)". */
export function ballotsIn({ inbox, nodes, failover = false }: Holder): string {
  const more = [...(nodes === 1 ? [] : [`${nodes} servers`]), ...(failover ? ["failover"] : [])]
  return more.length === 0 ? NAMES[inbox] : `${NAMES[inbox]} (${more.join(", ")})`
}

/** Such as "nats-3". */
export function folderName({ inbox, nodes, failover = false }: Holder): string {
  return [inbox, ...(nodes === 1 ? [] : [nodes]), ...(failover ? ["failover"] : [])].join("-")
}

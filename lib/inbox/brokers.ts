/** Which of the three inboxes INBOX_URL names. */

import type { ConnectionEvents, StoreName } from "../health"
import { NatsAdmin } from "./nats/admin"
import { NatsPublisher } from "./nats/publish"
import { RabbitAdmin } from "./rabbitmq/admin"
import { RabbitPublisher } from "./rabbitmq/publish"
import type { BrokerAdmin, Publisher } from "./stream/contract"

export type InboxKind = "redis" | "nats" | "rabbitmq"

const KINDS: Record<string, InboxKind> = {
  "redis:": "redis",
  "rediss:": "redis",
  "nats:": "nats",
  "amqp:": "rabbitmq",
  "amqps:": "rabbitmq",
}
/** The schemes that INBOX_URL may have. */
export const INBOX_SCHEMES = Object.keys(KINDS).map((protocol) => protocol.slice(0, -1))

/** The servers that INBOX_URL names. */
export function serversIn(url: string): string[] {
  return url.split(",").map((server) => server.trim())
}

/** @param url empty: the inbox is in the Redis that holds the polls */
export function inboxKind(url: string): InboxKind {
  return url === "" ? "redis" : (KINDS[new URL(serversIn(url)[0] ?? "").protocol] ?? "redis")
}

/** What holds the ballots, by its name. */
export const INBOX_STORES = { redis: "Redis", nats: "NATS", rabbitmq: "RabbitMQ" } as const satisfies Record<
  InboxKind,
  StoreName
>

const READ_ON = "What else it can't promise stands in docs/inboxes.md."

/** What a broker can't promise that Redis can, in a line for whoever chose it; null for Redis. */
export const INBOX_LIMITS = {
  redis: null,
  nats: `NATS holds the ballots: a closing poll takes votes until each vote app has learned of it, up to 2 s later, and how many ballots waited in a stream that NATS loses nobody can tell. ${READ_ON}`,
  rabbitmq: `RabbitMQ holds the ballots: votes are answered 202, as only counting finds a voter's second one; a closing poll takes votes until each vote app has learned of it, up to 2 s later; and how many ballots waited in a stream that RabbitMQ loses, as by a power cut, nobody can tell. ${READ_ON}`,
} as const satisfies Record<InboxKind, string | null>

/** vote's side of the broker; null when the inbox is in Redis itself. */
export function openPublisher(url: string, events: ConnectionEvents = {}): Publisher | null {
  const kind = inboxKind(url)
  if (kind === "redis") return null
  return kind === "nats" ? new NatsPublisher(serversIn(url), events) : new RabbitPublisher(url, events)
}

/**
 * The worker's side of the broker; null when the inbox is in Redis itself.
 * @param replicas servers of a NATS cluster that keep each stream
 */
export function openBrokerAdmin(
  url: string,
  replicas: number,
  events: ConnectionEvents = {},
): BrokerAdmin | null {
  const kind = inboxKind(url)
  if (kind === "redis") return null
  return kind === "nats" ? new NatsAdmin(serversIn(url), replicas, events) : new RabbitAdmin(url, events)
}

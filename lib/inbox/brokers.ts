/** Which of the three inboxes INBOX_URL names. */

import type { ConnectionEvents, StoreName } from "../health"
import { type Access, accessBy } from "./access"
import { NatsAdmin } from "./nats/admin"
import { NatsPublisher } from "./nats/publish"
import { RabbitAdmin } from "./rabbitmq/admin"
import { RABBITMQ_PARAMETERS } from "./rabbitmq/connection"
import { RabbitPublisher } from "./rabbitmq/publish"
import { type AddressRules, REDIS_RULES } from "./store-address"
import type { BrokerAdmin, Publisher } from "./stream/contract"

export type InboxKind = "redis" | "nats" | "rabbitmq"

/** What INBOX_URL may be, for each kind. */
export const INBOX_RULES: Record<InboxKind, AddressRules> = {
  redis: REDIS_RULES,
  nats: { schemes: ["nats", "tls"], parameters: [] },
  rabbitmq: { schemes: ["amqp", "amqps"], parameters: RABBITMQ_PARAMETERS },
}

const SCHEMES = new Map(
  Object.entries(INBOX_RULES).flatMap(([kind, { schemes }]) => schemes.map((it) => [it, kind as InboxKind])),
)

/** @param url empty: the inbox is in the Redis that holds the polls */
export function inboxKind(url: string): InboxKind {
  return SCHEMES.get(/^\s*([a-z]+):/.exec(url)?.[1] ?? "") ?? "redis"
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

/** How long a broker keeps what was counted, whatever INBOX_RETENTION says; null where that setting decides. */
export const INBOX_KEEPS = {
  redis: null,
  nats: "NATS keeps each poll's ballots until it has been final for a day",
  rabbitmq: "RabbitMQ keeps ballots for 30 days",
} as const satisfies Record<InboxKind, string | null>

/** vote's side of the broker; null when the inbox is in Redis itself. */
export function openPublisher(given: string | Access, events: ConnectionEvents = {}): Publisher | null {
  const access = accessBy(given)
  const kind = inboxKind(access().url)
  if (kind === "redis") return null
  return kind === "nats" ? new NatsPublisher(access, events) : new RabbitPublisher(access, events)
}

/**
 * The worker's side of the broker; null when the inbox is in Redis itself.
 * @param replicas servers of a NATS cluster that keep each stream
 */
export function openBrokerAdmin(
  given: string | Access,
  replicas: number,
  events: ConnectionEvents = {},
): BrokerAdmin | null {
  const access = accessBy(given)
  const kind = inboxKind(access().url)
  if (kind === "redis") return null
  return kind === "nats" ? new NatsAdmin(access, replicas, events) : new RabbitAdmin(access, events)
}

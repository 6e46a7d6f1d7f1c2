/** The brokers that can hold the ballots in the place of Redis. */

import type { InboxKind } from "@tallyroom/lib/inbox/brokers"
import type { Broker, BrokerOptions } from "./broker"
import { startNats } from "./nats"
import { startRabbitmq } from "./rabbitmq"

export const BROKERS = ["nats", "rabbitmq"] as const
export type BrokerKind = (typeof BROKERS)[number]

export const BROKER_NAMES = { nats: "NATS", rabbitmq: "RabbitMQ" } as const satisfies Record<
  BrokerKind,
  string
>
export type BrokerName = (typeof BROKER_NAMES)[BrokerKind]

/** All that may hold the ballots. */
export const INBOX_KINDS = ["redis", ...BROKERS] as const satisfies readonly InboxKind[]

export function startBroker(kind: BrokerKind, options: BrokerOptions): Promise<Broker> {
  return kind === "nats" ? startNats(options) : startRabbitmq(options)
}

import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type InboxKind, inboxKind } from "@tallyroom/lib/inbox/brokers"
import type { Broker } from "../stores/broker"
import { startNats } from "../stores/nats"
import { startRabbitmq } from "../stores/rabbitmq"
import type { OnCrash, Server } from "../stores/server"
import { UserError } from "../terminal/user-error"

/** The servers that a demo can start to hold the ballots in the place of Redis. */
export const BROKERS = ["nats", "rabbitmq"] as const
export type BrokerKind = (typeof BROKERS)[number]

export const BROKER_NAMES = { nats: "NATS", rabbitmq: "RabbitMQ" } as const satisfies Record<
  BrokerKind,
  string
>
export type BrokerName = (typeof BROKER_NAMES)[BrokerKind]

export interface InboxPlan {
  readonly stateDir: string
  /** The broker to start; none: Redis holds the ballots, or the broker at `inboxUrl`. */
  readonly broker?: BrokerKind | undefined
  /** Set: used instead of starting one of our own. */
  readonly inboxUrl?: string | undefined
  onLine(store: BrokerKind, line: string): void
  onCrash(store: BrokerName, ...crash: Parameters<OnCrash>): void
  onStart(server: Server): void
}

/** Throws a UserError when two inboxes are asked for, or one that is no broker. */
export function assertOneInbox(broker: BrokerKind | undefined, inboxUrl: string | undefined): void {
  if (!inboxUrl) return
  if (broker) {
    throw new UserError(`INBOX_URL names the inbox: leave --inbox ${broker} out, or unset INBOX_URL.`)
  }
  if (kindOf(inboxUrl) === "redis") {
    throw new UserError("INBOX_URL names no broker: set REDIS_URL for a Redis, which then holds the ballots.")
  }
}

const kindFile = (stateDir: string) => join(stateDir, "inbox")

/** Throws a UserError when the data here was made with an inbox of another kind: that can't change. */
export function assertSameInbox(stateDir: string, kind: InboxKind): void {
  const file = kindFile(stateDir)
  const made = existsSync(file) ? readFileSync(file, "utf8").trim() : kind
  if (made === kind) return
  const how =
    made === "redis" ? "without --inbox and INBOX_URL" : `with --inbox ${made}, or with its INBOX_URL,`
  throw new UserError(
    `The votes in ${stateDir} were made with the inbox ${made}: start ${how} as before, or with --fresh to begin without them.`,
  )
}

/** Notes the kind of inbox that a worker has opened, for the next start. */
export function noteInbox(stateDir: string, kind: InboxKind): void {
  writeFileSync(kindFile(stateDir), `${kind}\n`)
}

/** The broker's address, once it answers; empty where Redis holds the ballots. */
export async function startInbox(plan: InboxPlan): Promise<string> {
  const { broker } = plan
  if (!broker) return plan.inboxUrl ?? ""
  const options = {
    dir: join(plan.stateDir, broker),
    logFile: join(plan.stateDir, "logs", `${broker}.log`),
    onLine: (line: string) => plan.onLine(broker, line),
    onCrash: (...crash: Parameters<OnCrash>) => plan.onCrash(BROKER_NAMES[broker], ...crash),
  }
  const server: Broker = await (broker === "nats" ? startNats(options) : startRabbitmq(options))
  plan.onStart(server)
  return server.url
}

/** @throws {UserError} when it is no address */
function kindOf(inboxUrl: string): InboxKind {
  try {
    return inboxKind(inboxUrl)
  } catch (cause) {
    throw new UserError(
      "INBOX_URL is not an address such as nats://localhost:4222: correct it, or unset it.",
      {
        cause,
      },
    )
  }
}

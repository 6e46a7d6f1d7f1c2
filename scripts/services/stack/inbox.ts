/** A stack has one inbox, which stays the same for the life of its data. */

import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type InboxKind, inboxKind } from "@tallyroom/lib/inbox/brokers"
import type { BrokerKind } from "../stores/brokers"
import { UserError } from "../terminal/user-error"

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

/** @throws {UserError} when it is no address */
function kindOf(inboxUrl: string): InboxKind {
  if (/^\s*[a-z]+:\/\//.test(inboxUrl)) return inboxKind(inboxUrl)
  throw new UserError("INBOX_URL is not an address such as nats://localhost:4222: correct it, or unset it.")
}

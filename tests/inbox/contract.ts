/**
 * What every inbox must do: the same tests for each against its real server. Each inbox has a test file of its own, so that they
 * run side by side. Where a broker can do less, `promises` says so.
 */

import { describe } from "bun:test"
import type { InboxKind } from "@tallyroom/lib/inbox/brokers"
import { backlogContract } from "./contract/backlog"
import { choiceContract } from "./contract/choices"
import { type StartRedis, useInbox } from "./contract/inbox"
import { oneVoteContract } from "./contract/one-vote"
import { outageContract } from "./contract/outages"
import { stopContract } from "./contract/stops"

/** @param other starts another Redis than the machine's; with its name, and whether it is a cluster */
export function inboxContract(
  kind: InboxKind,
  other?: { name: string; start: StartRedis; isCluster?: boolean },
): void {
  describe(`the inbox in ${other?.name ?? kind}`, () => {
    const context = useInbox(kind, other?.start)
    choiceContract(context)
    oneVoteContract(kind, context)
    stopContract(kind, context, other?.isCluster)
    backlogContract(context)
    outageContract(kind, context, other?.isCluster)
  })
}

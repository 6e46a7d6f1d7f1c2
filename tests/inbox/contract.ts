/**
 * What every inbox must do: the same tests for each against its real server. Each inbox has a test file of its own, so that they
 * run side by side. Where a broker can do less, `promises` says so.
 */

import { describe } from "bun:test"
import type { InboxKind } from "@tallyroom/lib/inbox/brokers"
import { backlogContract } from "./contract/backlog"
import { choiceContract } from "./contract/choices"
import { useInbox } from "./contract/inbox"
import { oneVoteContract } from "./contract/one-vote"
import { outageContract } from "./contract/outages"
import { stopContract } from "./contract/stops"

export function inboxContract(kind: InboxKind): void {
  describe(`the inbox in ${kind}`, () => {
    const context = useInbox(kind)
    choiceContract(context)
    oneVoteContract(kind, context)
    stopContract(kind, context)
    backlogContract(context)
    outageContract(kind, context)
  })
}

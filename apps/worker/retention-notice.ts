/** What a worker says at its start of INBOX_RETENTION, where the inbox does not follow that setting. */

import { INBOX_KEEPS, inboxKind } from "@tallyroom/lib/inbox/brokers"
import type { Retention } from "@tallyroom/lib/inbox/retention"

/**
 * @param inboxUrl INBOX_URL; empty: the inbox is in Redis
 * @returns null where there is nothing to say
 */
export function retentionNotice(inboxUrl: string, retention: Retention | null): string | null {
  const keeps = INBOX_KEEPS[inboxKind(inboxUrl)]
  if (retention === null || keeps === null) return null
  return `INBOX_RETENTION has no effect: it is for an inbox on Redis. ${keeps}, counted or not, and a Postgres that comes back older counts them again (docs/inboxes.md)`
}

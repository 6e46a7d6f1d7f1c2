/** Where the ballots of a Tallyroom in a cluster wait: each has a file in k8s-deployment/inboxes/, but for the Redis that is always there. */

import { INBOX_KINDS } from "../../services/stores/brokers"

/** Those in which replicas of Redis take the place of masters, and how many masters there are. */
const MASTERS = { "redis-sentinel": 1, "redis-cluster": 3 } as const
type ReplicatedInbox = keyof typeof MASTERS

const REPLICATED = Object.keys(MASTERS) as ReplicatedInbox[]
export const CLUSTER_INBOXES = [...INBOX_KINDS, ...REPLICATED] as const
export type ClusterInbox = (typeof CLUSTER_INBOXES)[number]

/** How many masters an inbox has that are replaced by replicas; null where nothing of the kind is there. */
export function mastersOf(inbox: ClusterInbox): number | null {
  return REPLICATED.some((it) => it === inbox) ? MASTERS[inbox as ReplicatedInbox] : null
}

/** Where the ballots of a Tallyroom in a cluster wait: each has a file in k8s-deployment/inboxes/, but for the Redis that is always there. */

import { INBOX_KINDS } from "../../services/stores/brokers"

export const CLUSTER_INBOXES = [...INBOX_KINDS, "redis-cluster"] as const
export type ClusterInbox = (typeof CLUSTER_INBOXES)[number]

import { parseCommandLine } from "../../services/terminal/command-line"
import { flag, oneOf, orElse, someOf } from "../../services/terminal/options"
import { CLUSTER_INBOXES, type ClusterInbox } from "./inbox"

export const CLUSTER_STEPS = [
  "apply",
  "again",
  "smoke",
  "kill",
  "lose",
  "restart",
  "evict",
  "scale",
  "backup",
  "operators",
  "arrows",
  "rights",
  "root",
] as const
export type ClusterStep = (typeof CLUSTER_STEPS)[number]

export interface Options {
  readonly steps: readonly ClusterStep[]
  readonly inbox: ClusterInbox
  readonly fresh: boolean
  readonly yes: boolean
  readonly voteUrl: string
  readonly resultUrl: string
}

const USAGE = `Usage: bun run check:cluster [--yes] [--fresh] [--only STEP,…] [--inbox INBOX]

Proves Tallyroom on the cluster that kubectl points at: applies k8s-deployment/, twice, votes and watches, floods it with
votes (k6) while each pod is killed, each workload restarted and pods are evicted, and audits the books after each; where
Redis has replicas, has masters die with their disks while people vote; scales it up and down; backs Postgres up into an S3-compatible server of its own, throws its data away and restores it;
has the API server judge all addons by the operators' definitions, which it fetches; and tries what must be refused. The images must be there already: bun run images builds
them, then \`kind load docker-image …\` or a registry brings them to the nodes. It takes about 8 minutes.

  --yes     don't ask before it begins
  --fresh   delete the namespace tallyroom, with all votes in it, before the first apply
  --only    these steps alone: ${CLUSTER_STEPS.join(", ")};
            where nothing is applied yet, that is done before
  --inbox   with a file of k8s-deployment/inboxes/ in the place of one Redis: redis-sentinel, redis-cluster, nats or
            rabbitmq; for a fresh instance
  --help    show this

Environment:
  VOTE_URL, RESULT_URL   the two apps (http://localhost:31000 and 31001)
  and that of \`bun run flood\``

/** Reads the command line; --help ends the process. @throws {UsageError} for a word that it does not know */
export function readOptions(argv: string[], env: Record<string, string | undefined>): Options {
  const options = {
    only: orElse(someOf(CLUSTER_STEPS, "step"), CLUSTER_STEPS),
    inbox: orElse(oneOf(CLUSTER_INBOXES, "inbox"), "redis"),
    fresh: flag,
    yes: flag,
  }
  const { only: steps, ...values } = parseCommandLine({ usage: USAGE, options }, argv).values
  return {
    ...values,
    steps,
    voteUrl: env.VOTE_URL || "http://localhost:31000",
    resultUrl: env.RESULT_URL || "http://localhost:31001",
  }
}

import { parseArgs } from "node:util"
import { Trouble } from "../../services/trouble"

export const STEPS = [
  "apply",
  "again",
  "smoke",
  "kill",
  "restart",
  "evict",
  "scale",
  "arrows",
  "rights",
  "root",
] as const
export type Step = (typeof STEPS)[number]

/** What holds the ballots: Redis itself, or one of k8s-deployment/inboxes. */
export const INBOXES = ["redis", "nats", "rabbitmq"] as const
export type Inbox = (typeof INBOXES)[number]

export interface Options {
  readonly steps: readonly Step[]
  readonly inbox: Inbox
  readonly fresh: boolean
  readonly yes: boolean
  readonly voteUrl: string
  readonly resultUrl: string
}

const USAGE = `Usage: bun run check:cluster [--yes] [--fresh] [--only STEP,…] [--inbox nats|rabbitmq]

Proves Tallyroom on the cluster that kubectl points at: applies k8s-deployment/, twice, votes and watches, floods it with
votes (k6) while each pod is killed, each workload restarted and pods are evicted, and audits the books after each;
scales it up and down; and tries what must be refused. The images must be there already: bun run images builds them, then
\`kind load docker-image …\` or a registry brings them to the nodes. It takes about 7 minutes.

  --yes     don't ask before it begins
  --fresh   delete the namespace tallyroom, with all votes in it, before the first apply
  --only    these steps alone: ${STEPS.join(", ")};
            where nothing is applied yet, that is done before
  --inbox   with k8s-deployment/inboxes/nats.yaml (or rabbitmq.yaml) in the place of Redis; for a fresh room
  --help    show this

Environment: VOTE_URL (http://localhost:31000), RESULT_URL (http://localhost:31001), and that of \`bun run flood\`.`

/** Reads the command line; --help ends the process. @throws {Trouble} for what it doesn't know */
export function readOptions(argv: string[], env: Record<string, string | undefined>): Options {
  const { values } = parsed(argv)
  if (values.help) {
    console.log(USAGE)
    process.exit(0)
  }
  const only = values.only?.split(",").map((word) => word.trim())
  const unknown = only?.find((word) => !STEPS.some((step) => step === word))
  if (unknown !== undefined)
    throw new Trouble(`There is no step ${unknown}: choose from ${STEPS.join(", ")}.`)
  const inbox = INBOXES.find((name) => name === (values.inbox ?? "redis"))
  if (!inbox) throw new Trouble(`There is no inbox ${values.inbox}: choose from ${INBOXES.join(", ")}.`)
  return {
    inbox,
    steps: STEPS.filter((step) => only?.includes(step) ?? true),
    fresh: values.fresh,
    yes: values.yes,
    voteUrl: env.VOTE_URL || "http://localhost:31000",
    resultUrl: env.RESULT_URL || "http://localhost:31001",
  }
}

function parsed(args: string[]) {
  const flag = { type: "boolean", default: false } as const
  const options = {
    only: { type: "string" },
    inbox: { type: "string" },
    fresh: flag,
    yes: flag,
    help: { ...flag, short: "h" },
  } as const
  try {
    return parseArgs({ args, options })
  } catch (error) {
    throw new Trouble(`${error instanceof Error ? error.message : error} Use --help to see what there is.`)
  }
}

/** `bun run check:chart`: proves on a cluster what is promised of the Helm chart. */

import { stopSupervised } from "../services/processes/supervised-process"
import { Checks } from "../services/terminal/checks"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { flag, oneOf, orElse } from "../services/terminal/options"
import { ensureGoTool } from "../services/tools/go"
import { confirmChange } from "./cluster/confirm"
import { CLUSTER_INBOXES } from "./cluster/inbox"
import { currentCluster } from "./cluster/kubectl"
import { deleteNamespace, makeNamespace, releaseIn } from "./helm/release"
import { runChartSteps } from "./helm/steps"

const NAMESPACE = "tallyroom-chart"
/** Others than the manifests', which may be applied to the same cluster. */
const NODE_PORTS = { vote: 31100, result: 31101 }
const STOP_GRACE_MS = 5_000
const USAGE = `Usage: bun run check:chart [--yes] [--fresh] [--inbox INBOX]

Proves the Helm chart on the cluster that kubectl points at, in the namespace ${NAMESPACE}: installs it, votes and watches,
upgrades it to other values and rolls it back under a flood of votes (k6), audits the books, uninstalls it, says what stays, and
installs it again, which finds all votes. The namespace is deleted when all went well, and stays for a look when it did not.
The images must be there already: see \`bun run check:cluster --help\`. Helm is built the first time.

  --yes    don't ask before it begins
  --fresh  delete the namespace ${NAMESPACE} of a check that failed, with all votes in it, before the first step
  --inbox  where ballots wait: ${CLUSTER_INBOXES.join(", ")} (the first)
  --help   show this

Environment:
  VOTE_URL, RESULT_URL   the two apps (http://localhost:${NODE_PORTS.vote} and ${NODE_PORTS.result})
  and that of \`bun run flood\``

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(name, () => void stopSupervised(STOP_GRACE_MS).then(() => process.exit(1)))
}
await runScript(main, { failure: 2 })

async function main(): Promise<number> {
  const inboxes = orElse(oneOf(CLUSTER_INBOXES, "inbox"), "redis")
  const { values } = readCommandLine({ usage: USAGE, options: { yes: flag, fresh: flag, inbox: inboxes } })
  const cluster = await currentCluster()
  if (!values.yes)
    await confirmChange(cluster, `installs the chart on ${cluster}, in the namespace ${NAMESPACE}`)
  const helm = await ensureGoTool("helm")
  console.log(`On ${cluster}\n`)
  if (values.fresh) await deleteNamespace(NAMESPACE)
  await makeNamespace(NAMESPACE)
  const checks = new Checks()
  const instance = {
    voteUrl: process.env.VOTE_URL || `http://localhost:${NODE_PORTS.vote}`,
    resultUrl: process.env.RESULT_URL || `http://localhost:${NODE_PORTS.result}`,
  }
  const release = releaseIn(NAMESPACE, helm)
  const { inbox } = values
  const passed = await runChartSteps(checks, release, instance, { inbox, expose: { nodePorts: NODE_PORTS } })
  if (passed) await deleteNamespace(NAMESPACE)
  else console.log(`\nThe namespace ${NAMESPACE} stays as it is; --fresh deletes it.`)
  return checks.report()
}

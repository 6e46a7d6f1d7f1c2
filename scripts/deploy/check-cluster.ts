import { stopSupervised } from "../services/processes/supervised-process"
import { Checks } from "../services/terminal/checks"
import { runScript } from "../services/terminal/command-line"
import { confirmChange } from "./cluster/confirm"
import { assertInbox, ensureInstance } from "./cluster/existing-instance"
import { currentCluster, kubectl, NAMESPACE } from "./cluster/kubectl"
import { type Options, readOptions } from "./cluster/options"
import { clusterSteps } from "./cluster/steps"

const STOP_GRACE_MS = 5_000

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(name, () => void stopSupervised(STOP_GRACE_MS).then(() => process.exit(1)))
}
await runScript(async () => main(readOptions(process.argv.slice(2), process.env)), { failure: 2 })

async function main(options: Options): Promise<number> {
  const cluster = await currentCluster()
  const harm = options.fresh
    ? `deletes the namespace ${NAMESPACE} with all its votes`
    : "floods it with votes and kills its pods"
  if (!options.yes) await confirmChange(cluster, `applies k8s-deployment/ to ${cluster} and ${harm}`)
  console.log(`On ${cluster}\n`)
  if (options.fresh) await forgetEverything()
  else await assertInbox(options.inbox)
  const checks = new Checks()
  if (!options.steps.includes("apply")) await ensureInstance(options.inbox, checks.say)
  const story = clusterSteps(checks, options)
  for (const step of options.steps) await story[step]()
  return checks.report()
}

async function forgetEverything(): Promise<void> {
  console.log(`Deleting the namespace ${NAMESPACE} with all its volumes`)
  await kubectl(["delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait"])
}

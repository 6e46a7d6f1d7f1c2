import { createInterface } from "node:readline/promises"
import { Checks } from "../services/checks"
import { stopLeashed } from "../services/leash"
import { runScript } from "../terminal/command-line"
import { UserError } from "../terminal/user-error"
import { currentCluster, kubectl, NAMESPACE } from "./cluster/kubectl"
import { type Options, readOptions } from "./cluster/options"
import { assertInbox, ensureRoom } from "./cluster/room-here"
import { storyOf } from "./cluster/story"

const STOP_GRACE_MS = 5_000

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(name, () => void stopLeashed(STOP_GRACE_MS).then(() => process.exit(1)))
}
await runScript(async () => main(readOptions(process.argv.slice(2), process.env)), { failure: 2 })

async function main(options: Options): Promise<number> {
  const cluster = await currentCluster()
  if (!options.yes) await confirm(cluster, options.fresh)
  console.log(`On ${cluster}\n`)
  if (options.fresh) await forgetEverything()
  else await assertInbox(options.inbox)
  const checks = new Checks()
  if (!options.steps.includes("apply")) await ensureRoom(options.inbox, checks.say)
  const story = storyOf(checks, options)
  for (const step of options.steps) await story[step]()
  return checks.report()
}

async function confirm(cluster: string, fresh: boolean): Promise<void> {
  if (!process.stdin.isTTY) throw new UserError(`This changes the cluster ${cluster}: say --yes to go on.`)
  const what = fresh
    ? `deletes the namespace ${NAMESPACE} with all its votes`
    : "floods it with votes and kills its pods"
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question(
    `This applies k8s-deployment/ to ${cluster} and ${what}. Go on? [y/N] `,
  )
  terminal.close()
  if (!/^y(es)?$/i.test(answer.trim())) throw new UserError("Nothing was changed.")
}

async function forgetEverything(): Promise<void> {
  console.log(`Deleting the namespace ${NAMESPACE} with all its volumes`)
  await kubectl(["delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait"])
}

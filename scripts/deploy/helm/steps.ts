/** What check:chart does with a release, in the order in which a team would. */

import { type Addresses, readResults } from "../../services/instance/instance"
import type { Checks } from "../../services/terminal/checks"
import { UserError } from "../../services/terminal/user-error"
import { auditPods } from "../cluster/audit"
import { FIRST_GREEN_MS } from "../cluster/existing-instance"
import { flooded } from "../cluster/flooded"
import { untilGreen } from "../cluster/green"
import type { ClusterInbox } from "../cluster/inbox"
import { runToEnd } from "../cluster/run-script"
import type { Release, Values } from "./release"
import { different, leftOver, toldToRun } from "./workloads"

const POLL = "cats-vs-dogs"
/** Every app gets another setting, so that each of its pods is replaced. */
const LEVEL = { LOG_LEVEL: "warn" }
const CHANGE = { vote: { env: LEVEL }, result: { env: LEVEL }, worker: { env: LEVEL, replicas: 3 } }
const CHANGED = ["Deployment/result", "Deployment/vote", "Deployment/worker"]

/** Runs all steps up to the first that fails, as each works on what the one before left. @returns whether all passed */
export async function runChartSteps(
  checks: Checks,
  release: Release,
  instance: Addresses,
  values: Values,
): Promise<boolean> {
  const env = { VOTE_URL: instance.voteUrl, RESULT_URL: instance.resultUrl }
  const { namespace } = release
  const install = async () => {
    await release.install(values)
    return `all ready after ${((await untilGreen(FIRST_GREEN_MS, checks.say, namespace)) / 1000).toFixed(1)} s`
  }
  const smoke = async () => (await runToEnd("scripts/load/smoke.ts", [], env)).at(-1)
  const audit = () => auditPods(namespace)
  const steps: [string, () => Promise<string | undefined>][] = [
    ["helm install goes green by itself", install],
    ["a vote is cast, seen live and its receipt is counted", smoke],
    [
      "helm upgrade and helm rollback under the k6 flood",
      () => flooded(env, () => upgradeAndBack(release, values, checks.say)),
    ],
    ["audit after both: every accepted vote is counted once", audit],
    [
      "helm uninstall and helm install find the votes again",
      () => leftAndFound(release, values.inbox, instance, install, checks.say),
    ],
    ["audit of what was found", audit],
  ]
  for (const [name, step] of steps) if (!(await checks.check(name, step))) return false
  return true
}

/** @returns how many revisions were made @throws {UserError} when one did not change what it should, or more */
async function upgradeAndBack(release: Release, values: Values, say: Say): Promise<number> {
  const first = await toldToRun(release.namespace)
  await release.upgrade({ ...values, ...CHANGE })
  const changed = different(first, await toldToRun(release.namespace))
  if (changed.join() !== CHANGED.join())
    throw new UserError(
      `The upgrade changed ${changed.join(", ") || "nothing"}, and not ${CHANGED.join(", ")}.`,
    )
  say("upgraded: every pod of vote, worker and result is new, and there is one more worker")
  await release.rollback(1)
  const left = different(first, await toldToRun(release.namespace))
  if (left.length > 0) throw new UserError(`The rollback left ${left.join(", ")} changed.`)
  say("rolled back: every workload is told what it was told at first")
  const revisions = await release.history()
  const states = revisions.map(({ status }) => status).join(", ")
  if (states !== "superseded, superseded, deployed") throw new UserError(`Helm's revisions are ${states}.`)
  return revisions.length - 1
}

/** Uninstalls, says what stays, and installs again. @throws {UserError} when votes are missing then */
async function leftAndFound(
  release: Release,
  inbox: ClusterInbox,
  instance: Addresses,
  install: () => Promise<string>,
  say: Say,
): Promise<string> {
  const before = await votesShown(instance)
  await release.uninstall()
  say(`what stays: ${await leftOver(release.namespace, inbox)}`)
  say(`installed again, ${await install()}`)
  const after = await votesShown(instance)
  if (after !== before) throw new UserError(`There were ${before} votes, and now there are ${after}.`)
  return `${after} votes before and after`
}

async function votesShown(instance: Addresses): Promise<number> {
  const results = await readResults(instance, POLL)
  if (results?.total === undefined) throw new UserError(`Nobody may see the results of ${POLL}.`)
  return results.total
}

type Say = (line: string) => void

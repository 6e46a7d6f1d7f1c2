/** What check:cluster does to masters of Redis that have replicas: they die for good, with their disks. */

import type { Addresses } from "../../../services/instance/instance"
import type { Checks } from "../../../services/terminal/checks"
import { UserError } from "../../../services/terminal/user-error"
import { waitFor } from "../../../services/wait"
import { auditPods } from "../audit"
import { untilGreen } from "../green"
import { type ClusterInbox, mastersOf } from "../inbox"
import { kubectl } from "../kubectl"
import type { Pod } from "../objects"
import { killProcesses } from "./killer-pod"
import { incomplete, markMaster, type RedisPod, redisPods, takeMark } from "./redis-pods"
import { type Turnout, turnoutDuring } from "./turnout"

const GREEN_MS = 300_000
/** All must be as before again by then; the next pod may have to be scheduled, and to copy all that its master has. */
const WHOLE_MS = 180_000
/** Voting must be back by then. */
const BACK_MS = 10_000
/** Longer than it takes until the cluster has heard that the pod is deleted: until then its processes are started anew. */
const KILL_S = 10
/** Voters cast so long before and afterwards. */
const STEADY_MS = 2_000
const LOOK_MS = 1_000

type Say = (line: string) => void
type Loss = (master: Pod) => Promise<unknown>

/** Does all of it where replicas take the place of masters. */
export async function loseMasters(
  checks: Checks,
  inbox: ClusterInbox,
  instance: Addresses,
  poll: string,
): Promise<void> {
  const masters = mastersOf(inbox)
  if (masters === null)
    return checks.skip("masters die with their disks", `${inbox} has none that a replica replaces`)
  const losses: [string, Loss][] = [
    ["a master's pod is killed and deleted with its volume: voting is back by itself", deleteForGood],
    ["a master starts anew with nothing on its disk: it comes back as a replica", emptyDisk],
  ]
  for (const [name, loss] of losses) {
    await checks.check(name, () => lose(inbox, masters, loss, instance, poll, checks.say))
    await checks.check("audit after the loss: every accepted vote is counted once", auditPods)
  }
}

async function lose(
  inbox: ClusterInbox,
  masters: number,
  loss: Loss,
  instance: Addresses,
  poll: string,
  say: Say,
): Promise<string> {
  await untilGreen(GREEN_MS, say)
  const before = await untilWhole(inbox, masters, say)
  const victim = before.find(({ isMaster, keys }) => isMaster && keys > 0)
  if (!victim) throw new UserError("No master holds anything.")
  const { pod } = victim
  const mark = await markMaster(pod)
  const turnout = await turnoutDuring(instance, poll, async () => {
    await Bun.sleep(STEADY_MS)
    await loss(pod)
    say(`${pod.metadata.name}, which was a master, is gone`)
    await untilGreen(GREEN_MS, say)
    const after = await untilWhole(inbox, masters, say)
    await takeMark(after, mark)
    const same = after.find(({ pod: { metadata } }) => metadata.name === pod.metadata.name)
    if (same?.isMaster !== false) throw new UserError(`${pod.metadata.name} came back as a master.`)
    await Bun.sleep(STEADY_MS)
  })
  return judged(inbox, turnout)
}

/** @throws {UserError} where voting was away for too long, or a vote was lost that waited for a replica */
function judged(inbox: ClusterInbox, { votes, longestWaitMs, fates }: Turnout): string {
  const { counted = 0, lost = 0, ...others } = fates
  const waited = `the longest wait of a voter was ${(longestWaitMs / 1000).toFixed(1)} s`
  const became = `${votes} votes accepted, ${counted} counted, ${lost} lost`
  if (longestWaitMs > BACK_MS) throw new UserError(`${became}; ${waited}.`)
  // Votes in a Redis Cluster don't wait for replicas: the audit says whether the books name what was lost.
  const mayLose = inbox === "redis-cluster"
  if ((lost > 0 && !mayLose) || Object.keys(others).length > 0)
    throw new UserError(`${became}: ${JSON.stringify(fates)}.`)
  return `${became}; ${waited}`
}

/** Waits until so many pods lead, and all others follow them. */
function untilWhole(inbox: ClusterInbox, masters: number, say: Say): Promise<RedisPod[]> {
  let lastSaid: string | null = null
  return waitFor(
    "all replicas to follow",
    async () => {
      const pods = await redisPods(inbox).catch(() => [])
      const missing = incomplete(pods, masters)
      if (missing === null) return pods
      if (missing !== lastSaid) say(`waiting for ${missing}`)
      lastSaid = missing
      await Bun.sleep(LOOK_MS)
      return false
    },
    WHOLE_MS,
  )
}

/** As a machine that never comes back: its processes die, and the next pod has another volume. */
async function deleteForGood(master: Pod): Promise<void> {
  const { name } = master.metadata
  const volume = `data-${name}`
  const uidOf = () =>
    kubectl(["get", "pvc", volume, "--ignore-not-found", "--output", "jsonpath={.metadata.uid}"])
  const before = await uidOf()
  await kubectl(["delete", "pvc", volume, "--wait=false"])
  await killProcesses(master, KILL_S, () =>
    kubectl(["delete", "pod", name, "--grace-period=1", "--wait=false"]),
  )
  await waitFor(
    `another volume of ${name}`,
    async () => {
      const uid = await uidOf()
      return uid !== "" && uid !== before
    },
    WHOLE_MS,
  )
}

/** As a disk that was replaced: what starts in the same pod finds nothing there. */
async function emptyDisk(master: Pod): Promise<void> {
  const remove = ["sh", "-c", "rm -rf /data/*"]
  await kubectl(["exec", master.metadata.name, "--container", "redis", "--", ...remove])
  await killProcesses(master, 0)
}

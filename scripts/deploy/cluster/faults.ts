import { UserError } from "../../services/terminal/user-error"
import { waitFor } from "../../services/wait"
import { untilGreen } from "./green"
import { CLUSTER_INBOXES, type ClusterInbox } from "./inbox"
import { kubectl, listObjects, NAMESPACE, tryKubectl } from "./kubectl"
import { appOf, isReady, type Pod } from "./objects"

/** Everything that runs, in the order that a vote takes. */
export function servicesOf(inbox: ClusterInbox): readonly string[] {
  const broker = inbox === "redis" ? [] : [inbox]
  return ["vote", "redis", ...broker, "worker", "postgres", "result"]
}

const STORES: readonly string[] = [...CLUSTER_INBOXES, "postgres"]
/** Recovery of a store, and the pods that waited for it. */
const RECOVERY_MS = 180_000
/** Kubernetes kills what has not ended after this. Not 0: a store's volume must not meet its old and its new pod at once. */
const KILL_GRACE_S = 1

type Say = (line: string) => void

/** Ends every pod of each service, one at a time, without leaving it the time to drain. @returns how many */
export async function killEachPod(services: readonly string[], say: Say): Promise<number> {
  let killed = 0
  for (const service of services) {
    for (const { metadata } of await podsOf(service)) {
      await kubectl(["delete", "pod", metadata.name, `--grace-period=${KILL_GRACE_S}`])
      const ms = await untilGreen(RECOVERY_MS, () => {})
      say(`${metadata.name} killed, all ready again after ${(ms / 1000).toFixed(1)} s`)
      killed++
    }
  }
  return killed
}

/** Restarts each service as an upgrade would. */
export async function restartEach(services: readonly string[], say: Say): Promise<number> {
  for (const service of services) {
    const workload = `${STORES.includes(service) ? "statefulset" : "deployment"}/${service}`
    await kubectl(["rollout", "restart", workload])
    await kubectl(["rollout", "status", workload, `--timeout=${RECOVERY_MS / 1000}s`])
    await untilGreen(RECOVERY_MS, () => {})
    say(`${service} restarted`)
  }
  return services.length
}

/**
 * Evicts a pod of each service, as the drain of a node does. Where there are more, a second one is asked for at once, which
 * the disruption budget must refuse.
 */
export async function evictEach(services: readonly string[], say: Say): Promise<number> {
  for (const service of services) {
    const [first, second] = await podsOf(service)
    if (!first) throw new UserError(`${service} has no ready pod to evict.`)
    const evicted = await evict(first)
    if (evicted.code !== 0) throw new UserError(`${first.metadata.name} could not be evicted: ${evicted.err}`)
    if (second) await assertRefused(second)
    await waitFor(`${first.metadata.name} to go`, async () => !(await isThere(first)), RECOVERY_MS)
    await untilGreen(RECOVERY_MS, () => {})
    say(`${first.metadata.name} evicted${second ? ", a second one refused meanwhile" : ""}`)
  }
  return services.length
}

/** A store's next pod has the same name. */
async function isThere({ metadata: { uid } }: Pod): Promise<boolean> {
  return (await listObjects<Pod>("pods")).some(({ metadata }) => metadata.uid === uid)
}

async function assertRefused(pod: Pod): Promise<void> {
  const { code, err } = await evict(pod)
  if (code === 0) throw new UserError(`${pod.metadata.name} was evicted while another was not back yet.`)
  if (!/disruption budget/i.test(err)) throw new UserError(`The eviction failed for another reason: ${err}`)
}

function evict({ metadata: { name } }: Pod) {
  const path = `/api/v1/namespaces/${NAMESPACE}/pods/${name}/eviction`
  const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace: NAMESPACE } }
  return tryKubectl(["create", "--raw", path, "--filename", "-"], JSON.stringify(eviction))
}

async function podsOf(service: string): Promise<Pod[]> {
  const pods = await listObjects<Pod>("pods", "--selector", `app.kubernetes.io/name=${service}`)
  return pods.filter((pod) => appOf(pod) === service && isReady(pod))
}

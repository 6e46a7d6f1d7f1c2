import { UserError } from "../../services/terminal/user-error"
import { listObjects, NAMESPACE } from "./kubectl"
import { type Autoscaler, appOf, isReady, type Pod, type Workload } from "./objects"

type Anything = Pod | Workload | Autoscaler
const KINDS = "pods,deployments,statefulsets,horizontalpodautoscalers"

/** The time between two checks, as kubectl costs a tenth of a second of a core. */
const LOOK_MS = 500
/** A node that finds no image says so at once; Kubernetes would try for ever. */
const IMAGE_PATIENCE_MS = 20_000
const NO_IMAGE = ["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"]

/**
 * Waits until every workload runs as many ready pods of its newest version as it should, autoscaled ones at least their
 * minimum. `say` hears what is still missing, whenever that changes.
 * @param namespace where the workloads are
 * @returns how long it took, in ms
 * @throws {UserError} at the deadline, or early when a node can't get an image, saying how it gets there
 */
export async function untilGreen(
  deadlineMs: number,
  say: (progress: string) => void,
  namespace = NAMESPACE,
): Promise<number> {
  const start = performance.now()
  let imageMissingSince: number | undefined
  for (let lastSaid = ""; ; ) {
    const objects = await listObjects<Anything>(KINDS, "--namespace", namespace)
    const missing = missingIn(objects, namespace)
    if (missing.length === 0) return performance.now() - start
    if (missing.join() !== lastSaid) say(`waiting for ${missing.join(", ")}`)
    lastSaid = missing.join()
    const now = performance.now()
    const image = objects.flatMap((it) => (it.kind === "Pod" ? imageTrouble(it) : []))[0]
    imageMissingSince = image === undefined ? undefined : (imageMissingSince ?? now)
    if (image !== undefined && now - (imageMissingSince ?? now) > IMAGE_PATIENCE_MS)
      throw new UserError(image)
    if (now - start > deadlineMs) {
      throw new UserError(`After ${deadlineMs / 1000} s still waiting for ${missing.join(", ")}.`)
    }
    await Bun.sleep(LOOK_MS)
  }
}

/** Says in words what each workload still lacks; nothing when all is as it should be. */
export function missingIn(objects: Anything[], namespace = NAMESPACE): string[] {
  const pods = objects.filter((it): it is Pod => it.kind === "Pod")
  const scalers = objects.filter((it): it is Autoscaler => it.kind === "HorizontalPodAutoscaler")
  const workloads = objects.filter(
    (it): it is Workload => it.kind === "Deployment" || it.kind === "StatefulSet",
  )
  if (workloads.length === 0) return ["the workloads"]
  const missing = workloads.flatMap(({ metadata, spec, status }) => {
    const { name, generation } = metadata
    const least = scalers.find((it) => it.spec.scaleTargetRef.name === name)?.spec.minReplicas ?? 1
    const wanted = Math.max(spec.replicas ?? 1, least)
    const ready = pods.filter((pod) => appOf(pod) === name && isReady(pod)).length
    const current = status.observedGeneration === generation ? (status.updatedReplicas ?? 0) : 0
    const old = (status.replicas ?? 0) - current
    if (ready >= wanted && current >= wanted && old === 0) return []
    if (old > 0 && current >= wanted) return [`${name} (${old} of an older version are left)`]
    return [`${name} (${Math.min(ready, current)} of ${wanted} ready${reasonOf(pods, name)})`]
  })
  return missing.length === 0 ? [] : [...crashingJobs(pods, workloads, namespace), ...missing]
}

/** Jobs that crash, such as that of the credentials: the workloads wait for them in vain. */
function crashingJobs(pods: Pod[], workloads: Workload[], namespace: string): string[] {
  return pods
    .filter((pod) => !workloads.some(({ metadata }) => metadata.name === appOf(pod)))
    .filter((pod) => waitingOf(pod)?.reason === "CrashLoopBackOff")
    .map((pod) => `${appOf(pod)} (it crashes: kubectl -n ${namespace} logs ${pod.metadata.name} says why)`)
}

function reasonOf(pods: Pod[], app: string): string {
  const waiting = pods.filter((pod) => appOf(pod) === app).flatMap((pod) => waitingOf(pod)?.reason ?? [])
  return waiting[0] === undefined ? "" : `, ${waiting[0]}`
}

const waitingOf = (pod: Pod) => pod.status.containerStatuses?.find((it) => it.state?.waiting)?.state?.waiting

function imageTrouble(pod: Pod): string[] {
  const { reason = "", message = "" } = waitingOf(pod) ?? {}
  if (!NO_IMAGE.includes(reason)) return []
  return [
    `The node has no image for ${appOf(pod)} (${message || reason}): build the images (bun run images), then load them ` +
      `into the cluster (kind load docker-image …, or push them to a registry that it reaches).`,
  ]
}

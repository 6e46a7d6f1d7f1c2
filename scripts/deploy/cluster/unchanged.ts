import { UserError } from "../../services/terminal/user-error"
import { waitFor } from "../../services/wait"
import { applyAll, applyKustomization } from "./apply"
import { untilGreen } from "./green"
import type { ClusterInbox } from "./inbox"
import { kubectl, listObjects } from "./kubectl"
import { appOf, type Job, type Pod, type SecretObject, type Workload } from "./objects"

const VERSIONED =
  "deployments,statefulsets,networkpolicies,horizontalpodautoscalers,poddisruptionbudgets,ingresses"
const GREEN_MS = 300_000
const LOOK_MS = 500

/**
 * Applies once more, and again at once: first with the Job of the credentials gone, as it is a minute after it was done, so
 * that it runs anew; then with that Job still there, and by the Kustomization, which says the same.
 * @throws {UserError} naming every object, credential or pod that is another one afterwards
 */
export async function assertSecondApplyChangesNothing(inbox: ClusterInbox): Promise<string> {
  await untilGreen(GREEN_MS, () => {})
  await untilCredentialsDone()
  const before = await fingerprint()
  await kubectl(["delete", "job", "credentials", "--ignore-not-found", "--wait"])
  await applyAll(inbox)
  await untilCredentialsDone()
  await applyAll(inbox)
  await applyKustomization()
  const after = await fingerprint()
  const names = [...new Set([...before.keys(), ...after.keys()])]
  const different = names.filter((name) => before.get(name) !== after.get(name))
  if (different.length > 0) throw new UserError(`It changed ${different.join(", ")}.`)
  return `${before.size} objects, credentials and pods are the same`
}

/** The versions of all objects that have one, the content of the credentials, and the running pods. */
async function fingerprint(): Promise<Map<string, string>> {
  const [versioned, secrets, pods] = await Promise.all([
    listObjects<Workload>(VERSIONED),
    listObjects<SecretObject>("secrets"),
    listObjects<Pod>("pods"),
  ])
  return new Map([
    ...versioned.map(
      ({ kind, metadata }) => [`${kind} ${metadata.name}`, String(metadata.generation)] as const,
    ),
    ...secrets.map(
      ({ metadata, data }) => [`SecretObject ${metadata.name}`, hashOf(JSON.stringify(data))] as const,
    ),
    ...pods.filter(isStaying).map((pod) => [`Pod ${pod.metadata.name}`, restartsOf(pod)] as const),
  ])
}

/** The Job that makes the credentials is complete, or has disappeared since. */
async function untilCredentialsDone(): Promise<void> {
  await waitFor(
    "the Job of the credentials to be done",
    async () => {
      const [job] = await listObjects<Job>("jobs", "--field-selector", "metadata.name=credentials")
      if (!job || job.status.succeeded === 1) return true
      await Bun.sleep(LOOK_MS)
      return false
    },
    GREEN_MS,
  )
}

const isStaying = (pod: Pod) => pod.metadata.deletionTimestamp === undefined && appOf(pod) !== "credentials"
const hashOf = (text: string) => new Bun.CryptoHasher("sha256").update(text).digest("hex")
const restartsOf = (pod: Pod) => String(pod.status.containerStatuses?.map((it) => it.restartCount).join())

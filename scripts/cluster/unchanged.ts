import { Trouble } from "../services/trouble"
import { applyAll } from "./apply"
import { untilGreen } from "./green"
import { kubectl, list } from "./kubectl"
import type { Pod, Secret, Workload } from "./objects"
import type { Inbox } from "./options"

const VERSIONED =
  "deployments,statefulsets,networkpolicies,horizontalpodautoscalers,poddisruptionbudgets,ingresses"
const GREEN_MS = 180_000

/** Applies once more. @throws {Trouble} naming every object, credential or pod that is another one afterwards */
export async function assertSecondApplyChangesNothing(inbox: Inbox): Promise<string> {
  await untilGreen(GREEN_MS, () => {})
  await untilCredentialsDone()
  const before = await fingerprint()
  await applyAll(inbox)
  await untilCredentialsDone()
  const after = await fingerprint()
  const names = [...new Set([...before.keys(), ...after.keys()])]
  const different = names.filter((name) => before.get(name) !== after.get(name))
  if (different.length > 0) throw new Trouble(`It changed ${different.join(", ")}.`)
  return `${before.size} objects, credentials and pods are the same`
}

/** The versions of all objects that have one, the content of the credentials, and the running pods. */
async function fingerprint(): Promise<Map<string, string>> {
  const [versioned, secrets, pods] = await Promise.all([
    list<Workload>(VERSIONED),
    list<Secret>("secrets"),
    list<Pod>("pods"),
  ])
  return new Map([
    ...versioned.map(
      ({ kind, metadata }) => [`${kind} ${metadata.name}`, String(metadata.generation)] as const,
    ),
    ...secrets.map(
      ({ metadata, data }) => [`Secret ${metadata.name}`, hashOf(JSON.stringify(data))] as const,
    ),
    ...pods.filter(isStaying).map((pod) => [`Pod ${pod.metadata.name}`, restartsOf(pod)] as const),
  ])
}

/** The Job that makes the credentials disappears as soon as it has finished, and its pod with it. */
async function untilCredentialsDone(): Promise<void> {
  await kubectl(["wait", "job/credentials", "--for=delete", `--timeout=${GREEN_MS / 1000}s`])
  const pods = ["pods", "--selector", "app.kubernetes.io/name=credentials"]
  await kubectl(["wait", ...pods, "--for=delete", `--timeout=${GREEN_MS / 1000}s`])
}

const isStaying = (pod: Pod) => pod.metadata.deletionTimestamp === undefined
const hashOf = (text: string) => new Bun.CryptoHasher("sha256").update(text).digest("hex")
const restartsOf = (pod: Pod) => String(pod.status.containerStatuses?.map((it) => it.restartCount).join())

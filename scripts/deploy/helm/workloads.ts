/** What runs of a release, and what is left when it is uninstalled. */

import { z } from "zod"
import { UserError } from "../../services/terminal/user-error"
import { waitFor } from "../../services/wait"
import type { ClusterInbox } from "../cluster/inbox"
import { listObjects } from "../cluster/kubectl"

const SCALED = "deployments,statefulsets,horizontalpodautoscalers"
/** What `helm uninstall` removes. The cluster itself keeps an account and a ConfigMap in each namespace. */
const RELEASED =
  "deployments,statefulsets,jobs,pods,services,networkpolicies,horizontalpodautoscalers,poddisruptionbudgets,roles,rolebindings,serviceaccounts,configmaps"
const CLUSTERS_OWN = ["ServiceAccount/default", "ConfigMap/kube-root-ca.crt"]
/** Postgres has a minute to stop. */
const GONE_MS = 120_000
const SECRETS = ["credentials", "postgres", "redis", "result", "vote", "worker"]

const objectSchema = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
  spec: z.looseObject({ replicas: z.number().optional() }).optional(),
  type: z.string().optional(),
})
type KubernetesObject = z.infer<typeof objectSchema>

const nameOf = ({ kind, metadata }: KubernetesObject) => `${kind}/${metadata.name}`

async function objectsIn(namespace: string, kinds: string): Promise<KubernetesObject[]> {
  return z.array(objectSchema).parse(await listObjects(kinds, "--namespace", namespace))
}

/** What each workload is told to run, as JSON by its name. */
export async function toldToRun(namespace: string): Promise<Map<string, string>> {
  return toldBy(await objectsIn(namespace, SCALED))
}

/** The same of objects that were read. Replicas are left out where an autoscaler decides about them. */
export function toldBy(objects: readonly KubernetesObject[]): Map<string, string> {
  const scaled = objects
    .filter(({ kind }) => kind === "HorizontalPodAutoscaler")
    .map(({ metadata }) => metadata.name)
  return new Map(
    objects.map((object) => {
      const { replicas, ...rest } = object.spec ?? {}
      const spec = scaled.includes(object.metadata.name) ? rest : { replicas, ...rest }
      return [nameOf(object), JSON.stringify(spec)]
    }),
  )
}

/** The names whose entries differ, or that only one of the two has. */
export function different(before: Map<string, string>, after: Map<string, string>): string[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort()
  return names.filter((name) => before.get(name) !== after.get(name))
}

/**
 * Waits until all that an uninstalled release had is gone.
 * @returns what is left, in words
 * @throws {UserError} when something stays, or when volumes or Secrets are gone that should stay
 */
export async function leftOver(namespace: string, inbox: ClusterInbox): Promise<string> {
  await waitFor(
    "everything of the release to be gone",
    async () => (await released(namespace)).length === 0,
    GONE_MS,
  ).catch(async () => {
    throw new UserError(`${(await released(namespace)).join(", ")} stayed.`)
  })
  const kept = await objectsIn(namespace, "persistentvolumeclaims,secrets")
  const names = (kind: string) => kept.filter((it) => it.kind === kind).map(({ metadata }) => metadata.name)
  const claims = names("PersistentVolumeClaim").sort()
  const secrets = names("Secret").sort()
  const volumes = ["postgres", "redis", inbox].map((store) => `data-${store}-0`)
  const lost = [...volumes, ...SECRETS].filter((name) => ![...claims, ...secrets].includes(name))
  if (lost.length > 0) throw new UserError(`${lost.join(", ")} should have stayed, and is gone.`)
  return `the volumes ${claims.join(", ")} and the Secrets ${secrets.join(", ")}; nothing else`
}

async function released(namespace: string): Promise<string[]> {
  return (await objectsIn(namespace, RELEASED)).map(nameOf).filter((name) => !CLUSTERS_OWN.includes(name))
}

/** The Secrets of a pod's own namespace, through the API server, with the rights of its service account. */

import { readFileSync } from "node:fs"
import { join } from "node:path"

/** A Secret as Kubernetes has it. */
export type KubernetesSecret = {
  metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> }
  /** By key, in base64. */
  data?: Record<string, string>
  immutable?: boolean
}

export interface Secrets {
  /** Null when there is none of this name. */
  get(name: string): Promise<KubernetesSecret | null>
  /** False when there is one already. */
  create(secret: KubernetesSecret): Promise<boolean>
}

/** Where Kubernetes puts the files of a pod's service account. */
const ACCOUNT_DIR = "/var/run/secrets/kubernetes.io/serviceaccount"
const ANSWER_MS = 5_000

/** The API server refused: asking again would not help. */
export class Refused extends Error {
  override readonly name = "Refused"
}

/** @throws {Refused} outside of a pod, or in one without a token */
export function secretsOfThisPod(
  env: Record<string, string | undefined> = process.env,
  accountDir = ACCOUNT_DIR,
): Secrets {
  const host = env.KUBERNETES_SERVICE_HOST
  if (!host)
    throw new Refused("This is not a pod: run it in Kubernetes, as k8s-deployment/10-credentials.yaml does.")
  const [token, ca, namespace] = ["token", "ca.crt", "namespace"].map((file) => readMounted(accountDir, file))
  const base = `https://${host.includes(":") ? `[${host}]` : host}:${env.KUBERNETES_SERVICE_PORT ?? "443"}`
  const url = `${base}/api/v1/namespaces/${namespace}/secrets`
  const ask = (address: string, init: RequestInit = {}) =>
    fetch(address, {
      ...init,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      tls: { ca: ca ?? "" },
      signal: AbortSignal.timeout(ANSWER_MS),
    })
  return {
    async get(name) {
      const answer = await ask(`${url}/${name}`)
      if (answer.status === 404) return null
      return (await checked(answer, `read the Secret "${name}"`)).json() as Promise<KubernetesSecret>
    },
    async create(secret) {
      const body = JSON.stringify({ apiVersion: "v1", kind: "Secret", type: "Opaque", ...secret })
      const answer = await ask(url, { method: "POST", body })
      if (answer.status === 409) return false
      await checked(answer, `create the Secret "${secret.metadata.name}"`)
      return true
    },
  }
}

function readMounted(dir: string, file: string): string {
  try {
    return readFileSync(join(dir, file), "utf8").trim()
  } catch (cause) {
    throw new Refused(`This pod has no ${file} of a service account: set automountServiceAccountToken.`, {
      cause,
    })
  }
}

/** The API server gives its reason in `message`, and never repeats a Secret's content there. */
async function checked(answer: Response, what: string): Promise<Response> {
  if (answer.ok) return answer
  const reason = await answer.json().then(
    (status) => String((status as { message?: unknown } | null)?.message ?? ""),
    () => "",
  )
  const message = `The API server would not ${what} (${answer.status}): ${reason || answer.statusText}`
  throw answer.status < 500 && answer.status !== 429 ? new Refused(message) : new Error(message)
}

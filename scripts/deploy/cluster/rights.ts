import { UserError } from "../../services/terminal/user-error"
import { listObjects, NAMESPACE, tryKubectl } from "./kubectl"
import type { Pod } from "./objects"

const MINE = ["credentials", "redis", "nats", "rabbitmq", "postgres", "vote", "worker", "result", "backup"]
const ACCOUNT_VOLUME = /^kube-api-access-/

/** The account may create Secrets and read its own few, and nothing else. */
const ALLOWED = ["create secrets", ...MINE.map((name) => `get secrets/${name}`)]
const FORBIDDEN = [
  "list secrets",
  "watch secrets",
  "get secrets/another",
  "delete secrets/vote",
  "update secrets/vote",
  "patch secrets/vote",
  "create pods",
  "get pods",
]

/** Asks the API server what the account of the credentials Job may do, and whether any running pod has a token. */
export async function assertLeastRights(): Promise<string> {
  const faults = [
    ...(await decided(ALLOWED, "no")).map((right) => `the credentials account may not ${right}`),
    ...(await decided(FORBIDDEN, "yes")).map((right) => `the credentials account may ${right}`),
    ...(await podsWithToken()).map((pod) => `the pod ${pod} has a token`),
  ]
  if (faults.length > 0) throw new UserError(`${faults.join(", ")}.`)
  return "one account creates Secrets and reads its own; no running pod has a token"
}

async function decided(rights: string[], answer: "yes" | "no"): Promise<string[]> {
  const account = `--as=system:serviceaccount:${NAMESPACE}:credentials`
  const answers = await Promise.all(
    rights.map(async (right) => ({
      right,
      ...(await tryKubectl(["auth", "can-i", ...right.split(" "), account])),
    })),
  )
  const unknown = answers.find(({ out }) => out !== "yes" && out !== "no")
  if (unknown) throw new UserError(`The API server did not say who may ${unknown.right}: ${unknown.err}`)
  return answers.filter(({ out }) => out === answer).map(({ right }) => right)
}

async function podsWithToken(): Promise<string[]> {
  const pods = await listObjects<Pod>("pods")
  return pods
    .filter((pod) => pod.metadata.labels?.["app.kubernetes.io/name"] !== "credentials")
    .filter((pod) => pod.spec.volumes?.some(({ name }) => ACCOUNT_VOLUME.test(name)))
    .map((pod) => pod.metadata.name)
}

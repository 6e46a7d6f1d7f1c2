import { join } from "node:path"
import { CHECKOUT } from "../../services/checkout"
import type { ClusterInbox } from "./inbox"
import { kubectl } from "./kubectl"

export const MANIFESTS = join(CHECKOUT, "k8s-deployment")

/** Applies the manifests by their Kustomization. */
export async function applyKustomization(): Promise<void> {
  await kubectl(["apply", "--kustomize", MANIFESTS])
}

/** Applies all manifests in the order of their names, an inbox other than Redis before them. */
export async function applyAll(inbox: ClusterInbox): Promise<void> {
  const before =
    inbox === "redis"
      ? []
      : [join(MANIFESTS, "00-namespace.yaml"), join(MANIFESTS, "inboxes", `${inbox}.yaml`)]
  await kubectl(["apply", ...[...before, MANIFESTS].flatMap((file) => ["--filename", file])])
}

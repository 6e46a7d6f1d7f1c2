/** The Tallyroom of a cluster, which every step works on. */

import { UserError } from "../../services/terminal/user-error"
import { applyAll } from "./apply"
import { servicesOf } from "./faults"
import { untilGreen } from "./green"
import { CLUSTER_INBOXES, type ClusterInbox } from "./inbox"
import { listObjects } from "./kubectl"
import type { Workload } from "./objects"

/** Images may have to be fetched first. */
export const FIRST_GREEN_MS = 900_000

/** @throws {UserError} when there is a Tallyroom whose ballots are elsewhere than in this inbox */
export async function assertInbox(inbox: ClusterInbox): Promise<void> {
  const names = await workloads()
  if (!names.includes("vote")) return
  const kept = CLUSTER_INBOXES.find((name) => name !== "redis" && names.includes(name)) ?? "redis"
  const choice = kept === "redis" ? "leave --inbox out" : `say --inbox ${kept}`
  if (kept !== inbox)
    throw new UserError(
      `The Tallyroom in this cluster keeps its ballots in ${kept}, for good: ${choice}, or --fresh to forget it.`,
    )
}

/** Applies the manifests where something of them is missing, and waits until everything is ready. */
export async function ensureInstance(inbox: ClusterInbox, say: (line: string) => void): Promise<void> {
  const there = await workloads()
  const missing = servicesOf(inbox).filter((name) => !there.includes(name))
  if (missing.length > 0) {
    say(`k8s-deployment/ is applied, as there is no ${missing.join(", ")}`)
    await applyAll(inbox)
  }
  await untilGreen(FIRST_GREEN_MS, say)
}

const workloads = async () =>
  (await listObjects<Workload>("deployments,statefulsets")).map(({ metadata }) => metadata.name)

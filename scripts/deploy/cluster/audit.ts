import { untilGreen } from "./green"
import { kubectl, NAMESPACE } from "./kubectl"

const GREEN_MS = 300_000

/**
 * Waits until everything accepted is counted, and lets a worker audit both stores from inside.
 * @returns its last line @throws {UserError} with its table when the books don't balance
 */
export async function auditPods(namespace = NAMESPACE): Promise<string> {
  // Only a pod that stays can be asked.
  await untilGreen(GREEN_MS, () => {}, namespace)
  const words = ["exec", "deployment/worker", "--", "/app/worker", "audit", "--wait", "--timeout", "120"]
  const lines = (await kubectl(["--namespace", namespace, ...words])).split("\n")
  return lines.at(-1) ?? ""
}

/** Postgres put back from a backup by hand, command by command as docs/backup.md says. */

import { join } from "node:path"
import { waitFor } from "../../../services/wait"
import { MANIFESTS } from "../apply"
import { untilGreen } from "../green"
import { kubectl, listObjects } from "../kubectl"
import type { Pod } from "../objects"
import { listBackups, restoreWords, untilFollowing } from "./addon"

const RESTORE = join(MANIFESTS, "addons/restore.yaml")
const STOPPED_MS = 120_000
const BACK_MS = 300_000
const BACKUPS = "app.kubernetes.io/name in (postgres,backup)"

/** Throws Postgres's data away and restores it. @returns for how long Postgres was away, in ms */
export async function restoreAnew(say: (line: string) => void): Promise<number> {
  const start = performance.now()
  const before = (await listBackups()).length
  await scale(0)
  await waitFor("Postgres and its backup to stop", async () => !(await isRunning()), STOPPED_MS)
  await kubectl(["apply", "--filename", RESTORE])
  await kubectl(["wait", "pod/restore", "--for=condition=Ready", "--timeout=120s"])
  await kubectl(["exec", "restore", "--", "mv", "/postgres/pgdata", "/postgres/pgdata.broken"])
  const told = await restoreWords("restore", "--into", "/postgres/pgdata")
  for (const line of told.split("\n").filter((it) => it.startsWith("  "))) say(line.trim())
  await kubectl(["delete", "pod", "restore", "--wait"])
  await scale(1)
  const ms = await untilBack(start)
  await untilFollowing()
  await waitFor("a backup of the restored server", async () => (await listBackups()).length > before, BACK_MS)
  const data = "/var/lib/postgresql/data"
  await kubectl(["exec", "postgres-0", "--", "rm", "-r", `${data}/pgdata.broken`])
  return ms
}

const scale = (replicas: number) =>
  kubectl(["scale", "statefulset/postgres", "deployment/backup", `--replicas=${replicas}`])

async function untilBack(start: number): Promise<number> {
  await kubectl(["rollout", "status", "statefulset/postgres", `--timeout=${BACK_MS / 1000}s`])
  await untilGreen(BACK_MS, () => {})
  return performance.now() - start
}

async function isRunning(): Promise<boolean> {
  const pods = await listObjects<Pod>("pods", "--selector", BACKUPS)
  return pods.some(({ status }) => status.phase === "Running")
}

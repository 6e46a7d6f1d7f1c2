/** The backup addon as an operator applies it: with the address of a storage in its ConfigMap, and the key in a Secret. */

import { join } from "node:path"
import { z } from "zod"
import { UserError } from "../../../services/terminal/user-error"
import { waitFor } from "../../../services/wait"
import { MANIFESTS } from "../apply"
import { kubectl, listObjects, NAMESPACE } from "../kubectl"
import type { Job } from "../objects"
import type { ClusterStorage } from "./storage"

const ADDON = join(MANIFESTS, "addons/backup.yaml")
const READY_S = 180
const JOB_MS = 300_000
const LOOK_MS = 500
/** What is received is stored sooner than in real life, as this waits for it. */
const SHIP = { BACKUP_SHIP_SECONDS: "2" }

const objectsSchema = z.array(z.looseObject({ kind: z.string() }))

/** Applies the addon and waits until it stores WAL. */
export async function applyBackup({ settings, files }: ClusterStorage): Promise<void> {
  await kubectl(["apply", "--filename", "-"], secretOf(files))
  const objects = objectsSchema.parse(Bun.YAML.parse(await Bun.file(ADDON).text()))
  const data = { ...settings, ...SHIP }
  const items = objects.map((it) => (it.kind === "ConfigMap" ? { ...it, data } : it))
  await kubectl(["apply", "--filename", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }))
  await untilFollowing()
}

export async function untilFollowing(): Promise<void> {
  await kubectl(["rollout", "status", "deployment/backup", `--timeout=${READY_S}s`])
}

/** Has the CronJob take a backup now. @throws {UserError} with what it said when it fails */
export async function takeBackupNow(): Promise<void> {
  await runJob("backup-now")
}

/** The storage's backups, a line each. */
export async function listBackups(): Promise<string[]> {
  const lines = (await restoreWords("deployment/backup", "--list")).split("\n")
  return lines.filter((line) => line.includes("finished"))
}

/** Waits until all that Postgres has written by now can be restored. */
export async function untilStored(): Promise<void> {
  const words = ["exec", "deployment/backup", "--", "date", "-u", "+%Y-%m-%dT%H:%M:%SZ"]
  const now = await kubectl(words)
  await waitFor("the storage to have the newest WAL", async () => {
    const [, upTo = ""] =
      /restores up to (\S+Z)/.exec(await restoreWords("deployment/backup", "--list")) ?? []
    return upTo > now
  })
}

/** Runs `restore` where the image is. @returns what it said */
export function restoreWords(where: string, ...words: string[]): Promise<string> {
  return kubectl(["exec", where, "--", "/app/backup", "restore", ...words])
}

/** Removes the addon, and from Postgres the slot by which it would keep WAL for ever. */
export async function removeBackup(): Promise<void> {
  await kubectl(["delete", "deployment", "backup", "--ignore-not-found", "--wait"])
  const drop = `url=$(cat "$DATABASE_URL_FILE"); password=\${url#*tallyroom_backup:}
PGPASSWORD=\${password%%@*} psql -v ON_ERROR_STOP=1 -h postgres -U tallyroom_backup tallyroom -c \\
"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'tallyroom_backup'"`
  await runJob("backup-ends", ["bash", "-ec", drop])
  await kubectl(["delete", "--ignore-not-found", "--wait", "--filename", ADDON])
  await kubectl(["delete", "secret", "backup-storage", "--ignore-not-found"])
}

/** Runs a Job as the CronJob would make it. @param command in place of its own @throws {UserError} with what it said when it fails */
async function runJob(name: string, command?: string[]): Promise<void> {
  await kubectl(["delete", "job", name, "--ignore-not-found", "--wait"])
  const words = ["create", "job", name, "--from=cronjob/backup", "--dry-run=client", "--output", "json"]
  const job = JSON.parse(await kubectl(words))
  job.spec.backoffLimit = 0
  if (command) Object.assign(job.spec.template.spec.containers[0], { command, args: [] })
  await kubectl(["create", "--filename", "-"], JSON.stringify(job))
  const succeeded = await waitFor(`the Job ${name}`, () => outcomeOf(name), JOB_MS)
  if (succeeded === "no")
    throw new UserError(`The Job ${name} failed: ${await kubectl(["logs", `job/${name}`])}`)
}

async function outcomeOf(name: string): Promise<"yes" | "no" | undefined> {
  await Bun.sleep(LOOK_MS)
  const [job] = await listObjects<Job>("jobs", "--field-selector", `metadata.name=${name}`)
  if (job?.status.succeeded === 1) return "yes"
  return (job?.status.failed ?? 0) > 0 ? "no" : undefined
}

function secretOf(files: Readonly<Record<string, string>>): string {
  const metadata = { name: "backup-storage", namespace: NAMESPACE }
  return JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata, stringData: files })
}

/** What Prometheus is told of backups, in a file for node_exporter's textfile collector or at the management port. */

import { mkdir, rename, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import { Counter, Gauge, Registry } from "prom-client"
import { durationMs, type Manifest, totalBytes } from "../catalog/manifest"

/** @param registry gets the metrics of the newest backup */
export function backupMetrics(registry: Registry) {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] })
  const finished = gauge(
    "tallyroom_backup_last_success_timestamp_seconds",
    "When the newest whole backup was finished.",
  )
  const size = gauge("tallyroom_backup_last_size_bytes", "How large the newest whole backup is, as stored.")
  const duration = gauge("tallyroom_backup_last_duration_seconds", "How long the newest whole backup took.")
  return {
    set(manifest: Manifest): void {
      finished.set(Date.parse(manifest.finishedAt) / 1_000)
      size.set(totalBytes(manifest))
      duration.set(durationMs(manifest) / 1_000)
    },
  }
}

/** @param registry gets the metrics of WAL that is shipped as it is written */
export function walMetrics(registry: Registry) {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] })
  return {
    stored: gauge(
      "tallyroom_backup_wal_last_success_timestamp_seconds",
      "When all WAL that had been received was stored.",
    ),
    waiting: gauge("tallyroom_backup_wal_waiting_segments", "WAL segments that are received and not stored."),
    cuts: new Counter({
      name: "tallyroom_backup_wal_cuts_total",
      help: "How often Postgres had removed WAL before it was received, as max_slot_wal_keep_size has it.",
      registers: [registry],
    }),
    receiving: gauge("tallyroom_backup_wal_receiving", "1 while WAL is received from Postgres, else 0."),
  }
}

/** Puts the metrics of a backup in the place of those of the one before, in one step. */
export async function writeMetricsFile(path: string, manifest: Manifest): Promise<void> {
  const registry = new Registry()
  backupMetrics(registry).set(manifest)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.new`, await registry.metrics(), { mode: 0o644 })
  await rename(`${path}.new`, path)
}

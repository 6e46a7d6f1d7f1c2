/** `bun run backup`: a backup of Postgres now, or with `--follow` all the time. */

import { createLog } from "@tallyroom/lib/process/logging"
import { createRegistry, startManagement } from "@tallyroom/lib/process/management"
import { stopOnSignal } from "@tallyroom/lib/process/process"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { flag, someOf } from "../services/terminal/options"
import { progressBar } from "../services/terminal/progress-bar"
import { durationMs, totalBytes } from "./catalog/manifest"
import { storageOf } from "./configuration/place"
import { type BackupSettings, databaseToBackUp, readBackupSettings } from "./configuration/settings"
import { megabytes } from "./configuration/words"
import { sealing } from "./storage/sealing"
import { Follower } from "./taking/follow"
import { writeMetricsFile } from "./taking/metrics"
import { type Backup, type BackupPlan, PARTS, type Part, takeBackup } from "./taking/once"

const USAGE = `Usage: bun run backup [--follow] [--only base,dump]

Takes a backup of Postgres to a folder or to S3-compatible storage: the whole server (pg_basebackup), and the database in a portable
form (pg_dump). Each object has its SHA-256 in the backup's manifest. Old backups are removed. Restore one with \`bun run restore\`.

  --follow       also stores WAL all the time, so that every moment can be restored, and takes a backup when the newest is too old;
                 serves /livez, /readyz and /metrics
  --only PARTS   base (the server) or dump (the database); both without it. A managed Postgres may allow the dump alone
  --help         show this

Environment (all: docs/settings.md):
  BACKUP_TO               file:///FOLDER or s3://BUCKET/PREFIX
  DATABASE_URL            the Postgres, as the role tallyroom_backup (that of a running demo); or DATABASE_URL_FILE
  BACKUP_KEEP             how many backups are kept (7)
  BACKUP_AGE_RECIPIENTS   public keys of age: everything is encrypted to them
  AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL   of the S3-compatible server; secrets may be in …_FILE`

await runScript(
  async () => {
    const { values } = readCommandLine({
      usage: USAGE,
      options: { follow: flag, only: someOf(PARTS, "part") },
    })
    const settings = readBackupSettings()
    const plan = planOf(settings, values.only ?? PARTS)
    if (values.follow) return follow(settings, plan)
    await once(settings, plan)
    return 0
  },
  { failure: 1 },
)

function planOf(settings: BackupSettings, parts: readonly Part[]): BackupPlan {
  return {
    databaseUrl: databaseToBackUp(settings),
    storage: storageOf(settings),
    sealing: sealing(settings.BACKUP_AGE_RECIPIENTS),
    keep: settings.BACKUP_KEEP,
    parts,
  }
}

async function once(settings: BackupSettings, plan: BackupPlan): Promise<void> {
  console.log(`Backing up to ${plan.storage.place}`)
  const bars = new Map<Part, ReturnType<typeof progressBar>>()
  const bar = (part: Part, about: number) => {
    const shown = bars.get(part) ?? progressBar(part === "base" ? "Server" : "Database", about)
    if (!bars.has(part)) for (const earlier of bars.values()) earlier.end()
    bars.set(part, shown)
    return shown
  }
  const onProgress = (part: Part, bytes: number, about: number) =>
    bar(part, about).at(Math.min(bytes, about), megabytes(bytes))
  const backup = await takeBackup({ ...plan, onProgress })
  ;[...bars.values()].at(-1)?.end()
  await tellMetrics(settings, backup)
  const { manifest, removed, problems } = backup
  const seconds = (durationMs(manifest) / 1_000).toFixed(1)
  console.log(`${manifest.id}: ${megabytes(totalBytes(manifest))} stored in ${seconds} s`)
  if (removed.length > 0) console.log(`Removed ${removed.join(", ")}, as ${plan.keep} are kept`)
  for (const problem of problems) console.warn(`Nothing old was removed: ${problem}. Move it away.`)
}

async function tellMetrics({ BACKUP_METRICS_FILE: file }: BackupSettings, { manifest }: Backup) {
  if (file !== "") await writeMetricsFile(file, manifest)
}

/** Ends only by a signal. */
async function follow(settings: BackupSettings, plan: BackupPlan): Promise<never> {
  const log = createLog("backup", settings.LOG_LEVEL)
  const registry = createRegistry("backup")
  const { BACKUP_EVERY_HOURS: hours, BACKUP_SHIP_SECONDS: shipSeconds } = settings
  const { databaseUrl } = plan
  const follower = new Follower({
    ...plan,
    receiver: { databaseUrl, spool: settings.BACKUP_SPOOL, slot: settings.BACKUP_SLOT, log },
    everyMs: hours === 0 ? null : hours * 3_600_000,
    shipMs: shipSeconds * 1_000,
    registry,
    log,
    onBackup: (backup) => tellMetrics(settings, backup),
  })
  const readiness = (): Record<string, string> => {
    const problem = follower.problem()
    return problem === null ? {} : { backup: problem }
  }
  const management = await startManagement({
    app: "backup",
    ...{ log, registry, readiness },
    hostname: settings.MANAGEMENT_HOST,
    port: settings.MANAGEMENT_PORT,
  })
  stopOnSignal(log, async () => {
    await follower.stop()
    management.stop()
  })
  log.info({ to: plan.storage.place, management: management.port }, "backup started")
  follower.start()
  return new Promise(() => {})
}

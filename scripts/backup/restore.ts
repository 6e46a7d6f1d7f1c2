/** `bun run restore`: Postgres as it was, from a backup. */

import { resolve } from "node:path"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { flag, text } from "../services/terminal/options"
import { progressBar } from "../services/terminal/progress-bar"
import { UsageError, UserError } from "../services/terminal/user-error"
import { type Manifest, readManifests, type StoredObject, totalBytes } from "./catalog/manifest"
import { isOfSeveral, serverOf } from "./catalog/servers"
import { storageOf } from "./configuration/place"
import { type BackupSettings, readBackupSettings } from "./configuration/settings"
import { megabytes, moment } from "./configuration/words"
import { assertEmptyDatabase, restoreDatabase } from "./putting-back/database"
import {
  chooseBackup,
  isWanted,
  planRestore,
  type RestorePlan,
  restoresUpTo,
  type Wanted,
} from "./putting-back/plan"
import { assertEmpty, restoreServer } from "./putting-back/server"
import { verify } from "./putting-back/verify"
import type { Storage } from "./storage/storage"

const USAGE = `Usage: bun run restore --into DIR [--to TIME] [--base ID | --server N] [--from PLACE] [--dry-run]
       bun run restore --dump [--base ID | --server N] [--from PLACE] [--dry-run]
       bun run restore --list [--from PLACE]

Puts Postgres back as it was: the whole server into an empty data directory, whose next start replays the WAL, or one database into
an empty one. Nothing is touched before the SHA-256 of all that is needed was verified. Stop Postgres first, and leave Redis as it is.

  --into DIR    the data directory (PGDATA); it must be empty, or not there yet
  --to TIME     to this moment, such as 2026-11-29T03:00:00Z (the end of all WAL)
  --dump        the portable copy of the database, into the empty database of DATABASE_URL, as the role that owns it
  --base ID     begin with this backup (the newest that is old enough)
  --server N    begin with a backup of this server, where the storage has those of several (--list shows their numbers)
  --from PLACE  file:///FOLDER or s3://BUCKET/PREFIX (BACKUP_TO)
  --list        show which backups there are
  --dry-run     verify everything and restore nothing
  --help        show this

Environment (all: docs/settings.md):
  BACKUP_TO, AWS_…      where backups are, as for \`bun run backup\`
  BACKUP_AGE_IDENTITY   the private key of age, where backups are encrypted; or BACKUP_AGE_IDENTITY_FILE
  DATABASE_URL          with --dump: the empty database; or DATABASE_URL_FILE`

const THEN = "Then start the workers, and prove it with `bun run audit --wait`."

await runScript(
  async () => {
    const { values } = readCommandLine({
      usage: USAGE,
      options: {
        ...{ into: text, to: text, dump: flag, base: text, server: text, from: text, list: flag },
        "dry-run": flag,
      },
    })
    const { into, dump, base, server, from, list } = values
    const dryRun = values["dry-run"]
    if ([into !== undefined, dump, list].filter(Boolean).length !== 1)
      throw new UsageError("Say one of --into DIR, --dump and --list: see --help.")
    if (dump && values.to !== undefined)
      throw new UsageError("--to goes with --into: a dump is of one moment.")
    if (base !== undefined && server !== undefined)
      throw new UsageError("Say --base ID or --server N: a backup is of one server.")
    const to = momentOf(values.to)
    const settings = readBackupSettings({ ...process.env, ...(from !== undefined && { BACKUP_TO: from }) })
    const storage = storageOf(settings)
    const wanted = { id: base, server }
    if (list) await show(storage)
    else if (into !== undefined) await toFolder(settings, storage, resolve(into), { ...wanted, to }, dryRun)
    else await toDatabase(settings, storage, wanted, dryRun)
    return 0
  },
  { failure: 1 },
)

/** A moment without its zone would be another one on another machine. */
function momentOf(given: string | undefined): Date | null {
  if (given === undefined) return null
  const time = new Date(given)
  if (!Number.isNaN(time.getTime()) && /T.*(Z|[+-]\d\d:?\d\d)$/.test(given)) return time
  throw new UsageError(`--to takes a time with its zone, such as 2026-11-29T03:00:00Z, not ${given}.`)
}

/** Others may be whole. */
function warn(problem: string): void {
  console.warn(`Left out: ${problem}.`)
}

async function show(storage: Storage): Promise<void> {
  const manifests = await readManifests(storage, warn)
  if (manifests.length === 0) throw new UserError(`There is no backup in ${storage.place}.`)
  for (const it of manifests) {
    const server = serverOf(it, manifests) || "server"
    const parts = [it.base && server, it.dump && `database ${it.dump.database}`].filter(Boolean).join(", ")
    const size = megabytes(totalBytes(it))
    console.log(`${it.id}  Postgres ${it.version}  ${parts}  ${size}  finished ${moment(it.finishedAt)}`)
  }
  const newest = manifests.filter(({ base }) => base !== null).at(-1)
  if (newest) {
    const plan = await planRestore(storage, { id: newest.id, to: null }, () => {})
    console.log(`The newest restores up to ${restoresUpTo(plan)}.`)
  }
  if (isOfSeveral(manifests))
    console.log(
      "They are of several servers, and the newest may be of an empty one: choose by --server or --base.",
    )
}

async function toFolder(
  settings: BackupSettings,
  storage: Storage,
  folder: string,
  wanted: Wanted & { to: Date | null },
  dryRun: boolean,
): Promise<void> {
  await assertEmpty(folder)
  const plan = await planRestore(storage, wanted, warn)
  describe(plan, storage, folder)
  const identity = settings.BACKUP_AGE_IDENTITY
  const objects = [plan.base.object, ...plan.wal]
  const stopAt = await verified(storage, objects, dryRun, (onBytes) =>
    restoreServer(plan, { storage, identity, folder, onBytes }),
  )
  if (dryRun) return
  if (wanted.to && !stopAt) console.log("There is no commit after that moment: Postgres replays all WAL.")
  console.log(
    `${folder} is ready. Start Postgres ${plan.manifest.major} there: it replays the WAL, and then serves.`,
  )
  console.log(THEN)
}

/** Verifies all objects, and then restores them, unless that is all that was asked for. */
async function verified<T>(
  storage: Storage,
  objects: readonly StoredObject[],
  dryRun: boolean,
  restore: (onBytes: (bytes: number) => void) => Promise<T>,
): Promise<T | undefined> {
  const bytes = objects.reduce((sum, object) => sum + object.bytes, 0)
  const bar = progressBar(dryRun ? "Verifying" : "Restoring", dryRun ? bytes : 2 * bytes)
  let done = 0
  const onBytes = (more: number) => {
    done += more
    bar.at(done, megabytes(done))
  }
  await verify(storage, objects, onBytes)
  const restored = dryRun ? undefined : await restore(onBytes)
  bar.end()
  if (dryRun) console.log("All that is needed is there and whole. Nothing was restored.")
  return restored
}

function describe(plan: RestorePlan, storage: Storage, folder: string): void {
  const { manifest, wal } = plan
  console.log(`From ${storage.place} into ${folder}:`)
  console.log(
    `  backup ${manifest.id} of Postgres ${manifest.version}, finished ${moment(manifest.finishedAt)}`,
  )
  console.log(`  ${wal.length} WAL segments behind it; as it was at ${restoresUpTo(plan)}`)
}

async function toDatabase(
  settings: BackupSettings,
  storage: Storage,
  wanted: Wanted,
  dryRun: boolean,
): Promise<void> {
  const { DATABASE_URL: databaseUrl, BACKUP_AGE_IDENTITY: identity } = settings
  if (databaseUrl === "") throw new UserError("Name the empty database: set DATABASE_URL.")
  await assertEmptyDatabase(databaseUrl)
  const isMeant = (it: Manifest) => it.dump !== null && isWanted(it, wanted)
  const { id, server } = wanted
  const what = [
    "of a database",
    ...(id === undefined ? [] : [`called ${id}`]),
    ...(server === undefined ? [] : [`of the server ${server}`]),
  ].join(" ")
  const manifest = chooseBackup(await readManifests(storage, warn), storage.place, isMeant, what)
  console.log(
    `From ${storage.place}: the database of ${manifest.id}, finished ${moment(manifest.finishedAt)}`,
  )
  const objects = manifest.dump ? [manifest.dump.object] : []
  await verified(storage, objects, dryRun, (onBytes) =>
    restoreDatabase(manifest, { storage, identity, databaseUrl, onBytes }),
  )
  if (!dryRun) console.log(THEN)
}

/** A whole server: its base backup in an empty folder, with the WAL that its first start replays. */

import { lchown, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { dirname, join, relative } from "node:path"
import { outputOf } from "../../services/processes/output-of"
import { UserError } from "../../services/terminal/user-error"
import { runClient } from "../postgres/client-process"
import { clientTool, walDump } from "../postgres/client-tools"
import { unsealed } from "../storage/sealing"
import { atMost, type Bytes, Damaged, readWhole, type Storage } from "../storage/storage"
import type { RestorePlan } from "./plan"
import { readVerified } from "./verify"

/** Within the data directory; Postgres removes it once all is replayed. */
const WAL_FOLDER = "restored_wal"
const OWNER_ALONE = 0o700

export interface ServerRestore {
  readonly storage: Storage
  readonly identity: string
  readonly folder: string
  /** Is told of the size of each piece that was read. */
  onBytes(bytes: number): void
}

/** @throws {UserError} where the folder is no place for a restored server */
export async function assertEmpty(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return []
    throw new UserError(`${folder} can't be used: ${error.message}.`, { cause: error })
  })
  if (entries.length > 0)
    throw new UserError(
      `${folder} is not empty: stop Postgres, move what is there away (don't delete it yet), and try again.`,
    )
}

/**
 * Puts all into place, so that starting Postgres there brings it to the moment. It is made in a folder beside it, which gets
 * its name only when all is there and verified.
 * @returns what Postgres is told of the moment to stop at; null: it replays all
 */
export async function restoreServer(plan: RestorePlan, to: ServerRestore): Promise<Date | null> {
  const draft = `${to.folder}.restoring`
  await makeAnew(draft)
  try {
    await runClient(
      { command: ["tar", "-x", "--numeric-owner", "-f", "-", "-C", draft], env: ENV },
      opened(plan.base.object, to),
    )
    await assertPlain(draft)
    await verifyBase(plan, draft)
    await bringWal(plan, to, join(draft, WAL_FOLDER))
    const stopAt = await reachable(plan, join(draft, WAL_FOLDER))
    await prepareRecovery(draft, stopAt)
    await giveToOwner(draft, to.folder)
    await rename(draft, to.folder).catch(explainedPlace(to.folder))
    return stopAt
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
}

/** @throws {UserError} where the place of the folder can't be written to */
async function makeAnew(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true, mode: OWNER_ALONE })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UserError(
      `${dirname(folder)} can't be written to: ${why}. Give that folder to the user who restores (in the image: 999).`,
      { cause },
    )
  }
}

const ENV = { PATH: process.env.PATH ?? "", LC_ALL: "C" }

type Verifiable = Parameters<typeof readVerified>[1]

function opened(object: Verifiable, { storage, identity, onBytes }: ServerRestore): Bytes {
  return unsealed(object.name, readVerified(storage, object, onBytes), identity)
}

/**
 * A link would lead what is written next, as root perhaps, out of the folder. pg_basebackup writes none into a tar.
 * @throws {Damaged} where there is anything but files and folders
 */
async function assertPlain(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const found = await lstat(path)
    if (found.isDirectory() || (found.isFile() && found.nlink === 1)) continue
    throw new Damaged(
      `The backup has ${JSON.stringify(relative(folder, path))}, which is no plain file: don't use it.`,
    )
  }
}

/** Each file against the digest that Postgres gave it, and whether its own WAL is there. */
async function verifyBase({ manifest }: RestorePlan, folder: string): Promise<void> {
  const tool = await clientTool("pg_verifybackup", manifest.major)
  // What it takes to read WAL comes with servers alone.
  const flags = walDump(manifest.major) ? [] : ["--no-parse-wal"]
  await runClient({ command: [tool, "--quiet", ...flags, folder], env: ENV })
}

async function bringWal({ wal, base }: RestorePlan, to: ServerRestore, folder: string): Promise<void> {
  await mkdir(folder, { mode: OWNER_ALONE })
  for (const object of wal) {
    // What had been received of the newest segment has its whole length; Postgres replays it as far as it is filled.
    const whole = join(folder, object.file.replace(/\.partial$/, ""))
    await writeFile(whole, await readWhole(atMost(base.segmentBytes, object.name, opened(object, to))), {
      mode: 0o600,
    })
  }
}

/**
 * Postgres does not start where no commit lies behind the moment: then all WAL is before it, and it may replay all.
 */
async function reachable({ to, wal, manifest }: RestorePlan, folder: string): Promise<Date | null> {
  const tool = walDump(manifest.major)
  if (to === null || !tool) return to
  for (const { file } of [...wal].reverse()) {
    const last = await lastCommit(tool, join(folder, file.replace(/\.partial$/, "")))
    if (last !== null) return last >= to ? to : null
  }
  return null
}

async function lastCommit(tool: string, segment: string): Promise<Date | null> {
  const command = [tool, "--rmgr=Transaction", segment]
  const child = Bun.spawn(command, { env: { ...ENV, TZ: "UTC" }, stdout: "pipe", stderr: "pipe" })
  // It fails at the end of what is there, which says nothing of what it has read.
  const { out } = await outputOf(child)
  const times = [...out.matchAll(/desc: COMMIT (?:PREPARED )?(\S+ \S+) UTC/g)]
  const last = times.at(-1)?.[1]
  return last === undefined ? null : new Date(`${last.replace(" ", "T")}Z`)
}

const MARK = "# From here on: what `bun run restore` wrote."

/** The first start finds what it does by these lines. They mean nothing later. */
async function prepareRecovery(folder: string, stopAt: Date | null): Promise<void> {
  const settings = join(folder, "postgresql.auto.conf")
  const before = (await readFile(settings, "utf8")).split(MARK)[0]
  // Settings are read before Postgres knows the names of zones, Z among them.
  const target = stopAt?.toISOString().replace("Z", "+00") ?? ""
  const lines = [
    MARK,
    `restore_command = 'test -f "${WAL_FOLDER}/%f" && cp "${WAL_FOLDER}/%f" "%p"'`,
    `recovery_end_command = 'rm -rf "${WAL_FOLDER}"'`,
    "recovery_target_timeline = 'current'",
    "recovery_target_action = 'promote'",
    `recovery_target_time = '${target}'`,
  ]
  await writeFile(settings, `${before}${lines.join("\n")}\n`)
  await writeFile(join(folder, "recovery.signal"), "", { mode: 0o600 })
}

/** Root gives all to whoever owns the place, as Postgres never runs as root; anybody else owns what it made. */
async function giveToOwner(draft: string, folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = await lstat(folder).catch(() => lstat(dirname(folder)))
  const owner = uid === 0 ? await lstat(join(draft, "PG_VERSION")) : { uid, gid }
  await lchown(draft, owner.uid, owner.gid)
  for (const path of await readdir(draft, { recursive: true }))
    await lchown(join(draft, path), owner.uid, owner.gid)
}

const explainedPlace = (folder: string) => (cause: Error) => {
  throw new UserError(
    `${folder} can't be put into place: ${cause.message}. Where it is a volume of its own, name a folder inside of it.`,
    { cause },
  )
}

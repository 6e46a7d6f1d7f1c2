/** Credentials as files, in a folder for each owner. Missing ones are made, and none is ever changed. */

import { chmod, chown, link, mkdir, open, readdir, readFile, stat, unlink } from "node:fs/promises"
import { join } from "node:path"
import { type Credentials, credentialsOf, newRoot, type Owner } from "./contents"

/** The file from which all others follow. No service mounts its folder. */
const ROOT = "root"
/** Where the stores of one machine without containers listen. */
const THIS_MACHINE = "127.0.0.1"
/** The user and group of our images. Files stay root's own: a service reads its files by its group, and can't write them. */
const OURS = 65532
const USERS: Record<string, number> = {
  redis: 999,
  postgres: 999,
  rabbitmq: 999,
  // What it restores is Postgres's own.
  backup: 999,
  nats: OURS,
  proxy: OURS,
  vote: OURS,
  worker: OURS,
  result: OURS,
}

/**
 * Makes all files that are missing, named in small letters: REDIS_URL is in DIR/vote/redis_url. It may be stopped anywhere
 * and run again, by several at once too: the root is stored first, and everything else follows from it.
 * @param local for one machine without containers: the stores are on it, and its user alone, who is root, can read the files
 * @returns the files that it made, as owner/name
 * @throws {Error} when files are there whose root is not, or is another: new ones would not fit what is in the stores
 */
export async function ensureFiles(dir: string, { local = false } = {}): Promise<string[]> {
  const root = await ensureRoot(dir)
  const made: string[] = []
  const all: Credentials = local ? credentialsOf(root, {}, () => THIS_MACHINE) : credentialsOf(root)
  const give = local ? keep : giveToGroup
  await requireOfThisRoot(dir, all)
  for (const owner of Object.keys(all) as Owner[]) {
    const folder = join(dir, owner)
    await mkdir(folder, { recursive: true })
    await give(folder, owner, 0o750)
    await removeUnfinished(folder)
    for (const [name, text] of Object.entries(all[owner])) {
      const file = name.toLowerCase()
      if (await createFile(folder, file, text, (path) => give(path, owner, 0o440)))
        made.push(`${owner}/${file}`)
    }
  }
  return made
}

/** The passwords of the stores' administrators, which nobody changes by hand, show from which root the files were made. */
async function requireOfThisRoot(dir: string, all: Credentials): Promise<void> {
  for (const owner of ["redis", "postgres"] as const) {
    const path = join(dir, owner, "password")
    const kept = await readFile(path, "utf8").catch(ifMissing)
    if (kept === undefined || kept === all[owner].password) continue
    throw new Error(
      `${path} does not follow from ${join(dir, ROOT, ROOT)}: restore both from the same backup.`,
    )
  }
}

/** Gives each folder in `dir` to the service that it is named for: for volumes that no image prepares. */
export async function giveFolders(dir: string): Promise<void> {
  for (const service of await readdir(dir)) {
    const user = USERS[service]
    if (user === undefined)
      throw new Error(`${join(dir, service)} is named for no service that is known here.`)
    await chown(join(dir, service), user, user)
  }
}

async function ensureRoot(dir: string): Promise<string> {
  const folder = join(dir, ROOT)
  await mkdir(folder, { recursive: true })
  const kept = await readFile(join(folder, ROOT), "utf8").catch(ifMissing)
  if (kept !== undefined) return kept.trim()
  const orphans = await Promise.all(
    (Object.keys(USERS) as string[]).map((owner) => filesOf(join(dir, owner))),
  )
  if (orphans.flat().length > 0) {
    // Another run may have made both since.
    const made = await readFile(join(folder, ROOT), "utf8").catch(ifMissing)
    if (made !== undefined) return made.trim()
    throw new Error(
      `${join(folder, ROOT)} is missing, from which the credentials in ${dir} follow: restore it, ` +
        "or empty these folders if Redis and Postgres are new.",
    )
  }
  await chmod(folder, 0o700)
  await createFile(folder, ROOT, newRoot(), (path) => chmod(path, 0o400))
  return (await readFile(join(folder, ROOT), "utf8")).trim()
}

async function filesOf(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(ifMissing)
  return (names ?? []).filter((name) => !name.endsWith(UNFINISHED))
}

/** Removes unfinished files of runs that were cut off. Those of a run that is under way now are younger. */
async function removeUnfinished(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((it) => it.endsWith(UNFINISHED))) {
    const path = join(folder, name)
    const { mtimeMs = Date.now() } = (await stat(path).catch(ifMissing)) ?? {}
    if (Date.now() - mtimeMs > CUT_OFF_MS) await unlink(path).catch(ifMissing)
  }
}

/** What one user may read, and its group may not. */
async function keep(path: string, _: Owner, mode: number): Promise<void> {
  await chmod(path, mode & 0o700)
}

async function giveToGroup(path: string, owner: Owner, mode: number): Promise<void> {
  await chmod(path, mode)
  // Only root may give files away, and the other users exist in containers alone.
  if (process.getuid?.() === 0) await chown(path, 0, USERS[owner] ?? OURS)
}

const UNFINISHED = ".unfinished"
const CUT_OFF_MS = 60_000

/** Makes a file whole or not at all, on the disk too. @returns whether it was missing */
async function createFile(
  folder: string,
  name: string,
  text: string,
  prepare: (path: string) => Promise<void>,
): Promise<boolean> {
  const path = join(folder, name)
  if ((await stat(path).catch(ifMissing)) !== undefined) return false
  // A name of its own: another run may be making the same file.
  const unfinished = `${path}.${crypto.randomUUID()}${UNFINISHED}`
  const file = await open(unfinished, "wx", 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await prepare(unfinished)
  // Unlike a rename, a link never replaces what is there.
  const isNew = await link(unfinished, path).then(() => true, ifThere)
  await unlink(unfinished)
  return isNew
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error
}

function ifThere(error: NodeJS.ErrnoException): false {
  if (error.code === "EEXIST") return false
  throw error
}

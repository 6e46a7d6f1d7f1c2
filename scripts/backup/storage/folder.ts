/** Backups in a folder: a disk of its own, or a mounted share. */

import { createReadStream } from "node:fs"
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises"
import { dirname, join, relative } from "node:path"
import type { Bytes, Storage, Stored } from "./storage"

/** Ends the name of what is being written; such a file is no object. */
const UNFINISHED = ".unfinished"

/** @param folder an absolute path; it is made, readable by its owner alone, with the first object */
export function folderStorage(folder: string): Storage {
  const pathOf = (name: string) => join(folder, name)
  return {
    place: `file://${folder}`,
    list: async (prefix) => {
      const files = await filesBelow(folder)
      const names = files.map((path) => relative(folder, path)).filter((name) => isObject(name, prefix))
      return (await Promise.all(names.sort().map((name) => stored(folder, name)))).flat()
    },
    read: (name) => createReadStream(pathOf(name)),
    write: (name, content) => writeFile(pathOf(name), content),
    remove: async (name) => {
      await rm(pathOf(name), { force: true })
      await removeIfEmpty(dirname(pathOf(name)))
    },
  }
}

const isObject = (name: string, prefix: string) => name.startsWith(prefix) && !name.endsWith(UNFINISHED)

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ifMissing)
  return (entries ?? []).filter((it) => it.isFile()).map((it) => join(it.parentPath, it.name))
}

/** Empty for a file that was removed meanwhile. */
async function stored(folder: string, name: string): Promise<Stored[]> {
  const found = await stat(join(folder, name)).catch(ifMissing)
  return found ? [{ name, bytes: found.size, modified: found.mtime }] : []
}

/** Writes beside its place and renames, both on the disk before it returns. */
async function writeFile(path: string, content: Bytes): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${crypto.randomUUID()}${UNFINISHED}`
  const file = await open(draft, "wx", 0o600)
  try {
    for await (const piece of content) await file.writeFile(piece)
    await file.sync()
    await file.close()
    await rename(draft, path)
    await sync(dirname(path))
  } catch (error) {
    await file.close().catch(() => {})
    await rm(draft, { force: true })
    throw error
  }
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder)
  await handle.sync().finally(() => handle.close())
}

async function removeIfEmpty(folder: string): Promise<void> {
  const left = await readdir(folder).catch(ifMissing)
  if (left?.length === 0) await rm(folder, { recursive: true, force: true })
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error
}

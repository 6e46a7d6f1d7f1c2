/** The files of one export: all are written, or none. */

import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { join } from "node:path"
import { UserError } from "../../services/terminal/user-error"
import { TABLE_NAMES, type Table } from "./tables"
import { FORMATS, type Format, WRITERS } from "./writers"

const ALL_FILES = TABLE_NAMES.flatMap((name) => FORMATS.map((format) => `${name}.${format}`))

export type Written = { name: string; count: number; files: string[] }

/** @throws {UserError} when an export can't go there */
export function assertFree(dir: string, force: boolean): void {
  if (existsSync(dir) && !statSync(dir).isDirectory())
    throw new UserError(`${dir} is a file: name a directory with --dir.`)
  const taken = ALL_FILES.map((name) => join(dir, name)).filter((path) => existsSync(path))
  const directory = taken.find((path) => statSync(path).isDirectory())
  if (directory) throw new UserError(`${directory} is a directory: choose another --dir.`)
  if (taken[0] && !force)
    throw new UserError(`${taken[0]} is there already: choose another --dir, or say --force.`)
}

/**
 * The files are written to a directory of their own first. Files of an earlier export are removed, in the other format
 * too, as they would be of another moment.
 */
export async function writeFiles(
  dir: string,
  formats: readonly Format[],
  tables: readonly Table[],
): Promise<Written[]> {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const drafts = mkdtempSync(join(dir, "draft-"))
  try {
    const written: Written[] = []
    for (const table of tables) {
      const files = formats.map((format) => join(dir, `${table.name}.${format}`))
      written.push({ name: table.name, count: await writeTable(table, drafts, formats), files })
    }
    for (const name of ALL_FILES) {
      if (existsSync(join(drafts, name))) renameSync(join(drafts, name), join(dir, name))
      else rmSync(join(dir, name), { force: true })
    }
    return written
  } finally {
    rmSync(drafts, { recursive: true, force: true })
  }
}

/** @returns the number of rows */
async function writeTable(table: Table, dir: string, formats: readonly Format[]): Promise<number> {
  const outs: { handle: FileHandle; format: Format }[] = []
  let count = 0
  try {
    for (const format of formats) {
      const handle = await open(join(dir, `${table.name}.${format}`), "w", 0o600)
      outs.push({ handle, format })
      await handle.write(WRITERS[format].head(table))
    }
    for await (const rows of table.rows) {
      count += rows.length
      for (const { handle, format } of outs) await handle.write(WRITERS[format].rows(table, rows))
    }
  } finally {
    for (const { handle } of outs) await handle.close()
  }
  return count
}

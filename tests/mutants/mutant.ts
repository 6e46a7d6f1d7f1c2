/** A Tallyroom with one fault built in: a copy of its source in which one piece is another. */

import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { CHECKOUT } from "../../scripts/services/checkout"

export type Change = {
  /** The path within the checkout. */
  file: string
  /** Stands in the file exactly once. */
  from: string
  to: string
}

/** Copies the apps and lib, and changes them. @returns the folder of the changed apps, and what removes it all */
export function makeMutant(changes: readonly Change[]): { appsDir: string; remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-mutant-"))
  for (const name of ["apps", "lib", "package.json", "tsconfig.json", "bunfig.toml"])
    cpSync(join(CHECKOUT, name), join(dir, name), { recursive: true, verbatimSymlinks: true })
  symlinkSync(join(CHECKOUT, "node_modules"), join(dir, "node_modules"))
  for (const change of changes) apply(dir, change)
  return { appsDir: join(dir, "apps"), remove: () => rmSync(dir, { recursive: true, force: true }) }
}

function apply(dir: string, { file, from, to }: Change): void {
  const path = join(dir, file)
  const parts = readFileSync(path, "utf8").split(from)
  if (parts.length !== 2)
    throw new Error(`${file} has the piece to change ${parts.length - 1} times: name it anew.\n${from}`)
  writeFileSync(path, parts.join(to))
}

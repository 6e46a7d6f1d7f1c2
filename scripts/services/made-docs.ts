/** Pages and pictures of docs/ that a command makes: written, or compared with what stands there. */

import { existsSync } from "node:fs"
import { rm } from "node:fs/promises"
import { join } from "node:path"
import { Glob } from "bun"
import { CHECKOUT } from "./checkout"
import { UserError } from "./terminal/user-error"

export const DOCS = join(CHECKOUT, "docs")

type Made = {
  /** What each file is to say, by its path from docs/. */
  wanted: ReadonlyMap<string, string>
  /** The folder of docs/ that holds nothing else. */
  folder: string
  /** As people call it: `bun run bench:page`. */
  command: string
}

/** Writes what has changed, and removes what is not wanted any more. */
export async function writeDocs(made: Made): Promise<void> {
  const { changed, gone } = await differences(made)
  for (const path of gone) await rm(join(DOCS, path))
  for (const path of changed) await Bun.write(join(DOCS, path), made.wanted.get(path) ?? "")
  console.log(`${made.wanted.size} files, ${changed.length + gone.length} of them changed.`)
}

/** Names each file that says something else. @returns the exit code */
export async function checkDocs(made: Made): Promise<number> {
  const { changed, gone } = await differences(made)
  const stale = [...changed, ...gone]
  for (const path of stale) console.error(`docs/${path} is not what it is made of. Run \`${made.command}\`.`)
  return stale.length === 0 ? 0 : 1
}

/**
 * Puts what is made in the place of all that stands between two lines of a page.
 * @throws {UserError} where these lines are missing
 */
export function betweenLines(page: string, [begin, end]: readonly [string, string], made: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from)
    throw new UserError(`The page lacks the lines between which stands what is made: ${begin} and ${end}`)
  return `${page.slice(0, from + begin.length)}\n\n${made}\n\n${page.slice(to)}`
}

async function differences({ wanted, folder }: Made): Promise<{ changed: string[]; gone: string[] }> {
  const changed: string[] = []
  for (const [path, content] of wanted) if ((await textOf(path)) !== content) changed.push(path)
  const gone = [...new Glob(`${folder}/*`).scanSync({ cwd: DOCS })].filter((path) => !wanted.has(path))
  return { changed, gone }
}

async function textOf(path: string): Promise<string | null> {
  const file = join(DOCS, path)
  return existsSync(file) ? await Bun.file(file).text() : null
}

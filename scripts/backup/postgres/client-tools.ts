/** Postgres's own client programs, in the server's major version. */

import { existsSync } from "node:fs"
import { join } from "node:path"
import { outputOf } from "../../services/processes/output-of"
import { UserError } from "../../services/terminal/user-error"

export type ClientTool = "pg_basebackup" | "pg_receivewal" | "pg_verifybackup" | "pg_dump" | "pg_restore"

/** Where packages put the programs of one version; Debian's in PATH choose a version by themselves. */
const placesOf = (major: number) => [
  `/usr/lib/postgresql/${major}/bin`,
  `/usr/pgsql-${major}/bin`,
  `/opt/homebrew/opt/postgresql@${major}/bin`,
  `/usr/local/opt/postgresql@${major}/bin`,
]

/**
 * The path of a program of this major version.
 * @throws {UserError} that says what to install, where there is none or only one of another version
 */
export async function clientTool(tool: ClientTool, major: number): Promise<string> {
  const placed = placesOf(major)
    .map((place) => join(place, tool))
    .find((path) => existsSync(path))
  if (placed) return placed
  const inPath = Bun.which(tool)
  const found = inPath ? await majorOf(inPath) : undefined
  if (inPath && found === major) return inPath
  const other = found === undefined ? "" : ` (${inPath} is of version ${found})`
  throw new UserError(
    `${tool} of Postgres ${major}, the server's version, is not installed${other}. Install it with ` +
      `\`sudo apt-get install postgresql-client-${major}\` (from apt.postgresql.org, where Debian has another version) ` +
      `or \`brew install postgresql@${major}\`, or use the image backup, which has it.`,
  )
}

/** pg_waldump of this version, which servers' packages bring; undefined without one. */
export function walDump(major: number): string | undefined {
  return placesOf(major)
    .map((place) => join(place, "pg_waldump"))
    .find((path) => existsSync(path))
}

async function majorOf(path: string): Promise<number | undefined> {
  const child = Bun.spawn([path, "--version"], { stdin: "ignore", stdout: "pipe", stderr: "pipe" })
  const [, major] = /\(PostgreSQL\) (\d+)/.exec((await outputOf(child)).out) ?? []
  return major === undefined ? undefined : Number(major)
}

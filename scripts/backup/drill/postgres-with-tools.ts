/** A Postgres whose client programs are on this machine too, as backups need them. */

import { dirname, join } from "node:path"
import type { PostgresPrograms } from "../../services/stores/postgres-programs"
import { ensureTool } from "../../services/tools/tools"

/** Installed where it is missing. The npm package's has no client programs. */
export async function postgresWithTools(): Promise<PostgresPrograms> {
  const bin = dirname(await ensureTool("postgres-15"))
  return { initdb: join(bin, "initdb"), postgres: join(bin, "postgres") }
}

/** One Postgres for the test files of a check, each of which takes databases of its own. tests/harness/stores.ts finds it. */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Postgres, type ServedPostgres, startPostgres } from "../../services/stores/postgres"

/** The setting that says where it is. */
export const TEST_POSTGRES = "TALLYROOM_TEST_POSTGRES"

/** Files run side by side, each with apps and connections of its own. Nobody kills this Postgres, so its disk may be late. */
const SETTINGS = { max_connections: "400", fsync: "off", full_page_writes: "off" }

export class TestPostgres {
  private readonly dir = mkdtempSync(join(tmpdir(), "tallyroom-check-postgres-"))
  private postgres: Postgres | undefined

  async start(): Promise<void> {
    this.postgres = await startPostgres({ dir: join(this.dir, "postgres"), settings: SETTINGS })
  }

  /** What test files find in their environment; nothing where it did not start: then each starts one of its own. */
  env(): Record<string, string> {
    if (!this.postgres) return {}
    const served: ServedPostgres = { dir: join(this.dir, "postgres"), port: this.postgres.port }
    return { [TEST_POSTGRES]: JSON.stringify(served) }
  }

  async stop(): Promise<void> {
    await this.postgres?.stop()
    rmSync(this.dir, { recursive: true, force: true })
  }
}

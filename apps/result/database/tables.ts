/** Whether the tables are there for this process, and if not, why. */

import type { Database } from "@tallyroom/lib/database"
import {
  connectProblem,
  NO_TABLES,
  RESULT_RIGHTS,
  surplusProblem,
  tablesProblem,
} from "@tallyroom/lib/postgres/rights"
import { appliedMigrations, versionProblem } from "@tallyroom/lib/postgres/schema"
import type { Log } from "@tallyroom/lib/process/logging"

/** The role that each worker keeps from having more than it needs. */
const KEPT_ROLE = "tallyroom_result"

/** Rights may be taken away while it runs. */
const LOOK_MS = 5_000

async function problemOf(sql: Database): Promise<string | null> {
  try {
    return (await tablesProblem(sql, RESULT_RIGHTS)) ?? versionProblem(await appliedMigrations(sql))
  } catch (error) {
    const problem = connectProblem(sql, error)
    if (problem === null) throw error
    return problem
  }
}

/** Why there is nothing to read at an address for listening alone; null when there is. */
export async function problemThere(sql: Database): Promise<string | null> {
  const problem = await problemOf(sql)
  if (problem !== NO_TABLES) return problem
  const [at] = await sql`
    SELECT coalesce(current_schema(), current_setting('search_path')) AS schema, current_database() AS database`
  return `Tallyroom's tables are not in the schema ${at?.schema} of the database ${at?.database}`
}

export class Tables {
  private current: string | null = null
  private surplus: string | null = null

  constructor(private readonly log: Pick<Log, "info" | "warn">) {}

  /** Why they can't be used, and what to run; null when they can, as far as is known. */
  get problem(): string | null {
    return this.current
  }

  /** Whether a worker has made the tables, and lets this process use them. */
  async areReady(sql: Database): Promise<boolean> {
    const problem = await problemOf(sql)
    if (problem !== this.current) {
      if (problem === null) this.log.info("the tables can be used")
      else this.log.warn(problem)
    }
    this.current = problem
    if (problem === null) await this.saySurplus(sql)
    return problem === null
  }

  private async saySurplus(sql: Database): Promise<void> {
    const surplus = await surplusProblem(sql, RESULT_RIGHTS, KEPT_ROLE)
    if (surplus !== null && surplus !== this.surplus) this.log.warn(surplus)
    this.surplus = surplus
  }

  /** Looks again now and then. @returns what ends that */
  watch(sql: Database): () => void {
    // Where Postgres is away, its listener says so.
    const timer = setInterval(() => void this.areReady(sql).catch(() => {}), LOOK_MS)
    return () => clearInterval(timer)
  }
}

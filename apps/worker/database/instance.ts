/** Which database answers: one that was made anew, or is another instance's, may stand behind the same address at any moment. */

import type { Database } from "@tallyroom/lib/database"

/** Nothing of this worker's inbox may be counted into this database, and nothing of this database may reach the inbox. */
export class AnotherDatabase extends Error {
  override readonly name = "AnotherDatabase"
}

export class Instance {
  /** The id of the database that this worker prepared; the first that is seen. */
  private known: string | null = null

  get id(): string {
    return this.known ?? ""
  }

  /** Asks which database answers. @throws {AnotherDatabase} */
  async verifyNow(sql: Database): Promise<void> {
    const [row] = await sql`SELECT ${instanceColumn(sql)}`
    this.verify(row?.instance)
  }

  /**
   * Compares the id that came with an answer.
   * @throws {AnotherDatabase} when another database gave it
   */
  verify(found: unknown): void {
    // While a backup is being put back, or before the first start.
    if (typeof found !== "string") throw new Error("the database has no id (table room)")
    this.known ??= found
    if (found === this.known) return
    throw new AnotherDatabase(
      `another database answers (its id is ${found}, and was ${this.known}): this worker ends, and one that is started anew finds out whose inbox this is`,
    )
  }
}

/** A column that says which database answers. */
export function instanceColumn(sql: Database) {
  return sql`(SELECT id::text FROM room) AS instance`
}

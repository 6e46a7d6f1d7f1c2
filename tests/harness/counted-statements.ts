/** A pool that counts what Postgres is asked over it. */

import { type Database, openDatabase } from "@tallyroom/lib/database"
import type { OwnStores } from "../../scripts/services/stores/own-stores"

/**
 * Opens a pool of its own. A transaction counts once, whatever is asked in it; parts of a statement don't count.
 * @param name of the application, for Postgres
 * @param who in whose role
 */
export function counted(
  { database, defer }: OwnStores,
  name: string,
  who: "worker" | "result" = "worker",
): { sql: Database; asked: () => number } {
  const pool = openDatabase(who === "worker" ? database.workerUrl : database.resultUrl, {
    name,
    connections: 4,
  })
  defer(() => pool.end({ timeout: 1 }))
  let count = 0
  const sql = new Proxy(pool, {
    apply(target, _, given: Parameters<Database>) {
      return new Proxy(target(...given), {
        get(statement, name) {
          // It is sent once somebody waits for it.
          if (name === "then") count++
          const value = Reflect.get(statement, name)
          return typeof value === "function" ? value.bind(statement) : value
        },
      })
    },
    get(target, name: keyof Database) {
      if (name !== "begin") return target[name]
      return (...given: Parameters<Database["begin"]>) => {
        count++
        return target.begin(...given)
      }
    },
  })
  return { sql, asked: () => count }
}

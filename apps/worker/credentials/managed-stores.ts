/** A Redis or Postgres outside the cluster, as a person names it in one Secret. */

import { inboxSettings } from "@tallyroom/lib/inbox/setting"
import { postgresAddress } from "@tallyroom/lib/postgres/setting"
import { Refused } from "./api-server"
import type { ManagedStores } from "./contents"

/** The name of that Secret. */
export const MANAGED = "managed-stores"

const REDIS = inboxSettings.REDIS_URL.schema
const KEYS = {
  REDIS_URL: REDIS,
  VOTE_REDIS_URL: REDIS,
  WORKER_REDIS_URL: REDIS,
  DATABASE_URL: postgresAddress,
  WORKER_DATABASE_URL: postgresAddress,
  RESULT_DATABASE_URL: postgresAddress,
  BACKUP_DATABASE_URL: postgresAddress,
}
type Key = keyof typeof KEYS

/**
 * The stores that the Secret's content names: REDIS_URL and DATABASE_URL for all, or an app's own before them.
 * @throws {Refused} naming each key that is unknown or no address
 */
export function managedStores(content: Record<string, string>): ManagedStores {
  const faults = Object.entries(content).flatMap(([key, value]) => {
    if (!(key in KEYS)) return [`${key} is none of ${Object.keys(KEYS).join(", ")}`]
    const read = KEYS[key as Key].safeParse(value)
    return read.success ? [] : [`${key} ${read.error.issues[0]?.message}`]
  })
  if (faults.length > 0) throw new Refused(`The Secret "${MANAGED}" is wrong: ${faults.join("; ")}.`)
  const found: ManagedStores = {}
  const take = (name: keyof ManagedStores, own: Key, all: Key) => {
    const value = content[own] ?? content[all]
    if (value !== undefined) found[name] = value
  }
  take("voteRedisUrl", "VOTE_REDIS_URL", "REDIS_URL")
  take("workerRedisUrl", "WORKER_REDIS_URL", "REDIS_URL")
  take("workerDatabaseUrl", "WORKER_DATABASE_URL", "DATABASE_URL")
  take("resultDatabaseUrl", "RESULT_DATABASE_URL", "DATABASE_URL")
  take("backupDatabaseUrl", "BACKUP_DATABASE_URL", "DATABASE_URL")
  return found
}

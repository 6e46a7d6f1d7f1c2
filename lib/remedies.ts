/** What to do about a store that can't be reached or does not do what it is asked, where one step mends it. */

import type { StoreName } from "./health"

const UNTRUSTED = /self[- ]signed certificate|unable to (verify the first|get (local )?issuer) certificate/i
/** How Postgres refuses a connection that is not encrypted; earlier ones say "SSL off". */
const UNENCRYPTED = /pg_hba\.conf .*(no encryption|SSL off)/

const NO_CONNECT = /^permission denied for database (".*")/
/** What PgBouncer says where it lets no transaction through. */
const BY_STATEMENTS = /statement pooling mode/
const NO_ROOM = /No space left on device/
const LOCKED = /due to lock timeout/

/** Beginning with a verb; null where the reason names no one step. */
export function remedyFor(store: StoreName, reason: string): string | null {
  if (UNTRUSTED.test(reason)) return `set ${AUTHORITIES[store]} to the file of the authority's certificates`
  if (store === "Postgres" && UNENCRYPTED.test(reason))
    return "write sslmode=require or sslmode=verify-full into its address if it wants TLS"
  const [, database] = (store === "Postgres" && NO_CONNECT.exec(reason)) || []
  if (database !== undefined) return `run GRANT CONNECT ON DATABASE ${database} TO this user`
  if (store === "Postgres" && BY_STATEMENTS.test(reason))
    return "set pool_mode=transaction or session in the pooler before it"
  if (store === "Postgres" && NO_ROOM.test(reason)) return "make room on the disk of Postgres"
  if (store === "Postgres" && LOCKED.test(reason))
    return "end what holds the tables for long, such as a dump or a transaction left open (pg_stat_activity shows it)"
  return null
}

const AUTHORITIES: Record<StoreName, string> = {
  Postgres: "sslrootcert in its address",
  Redis: "REDIS_CA",
  NATS: "INBOX_CA",
  RabbitMQ: "INBOX_CA",
}

/** The reason with what to do about it. */
export function withRemedy(store: StoreName, reason: string): string {
  const remedy = remedyFor(store, reason)
  return remedy === null || reason.endsWith(remedy) ? reason : `${reason}: ${remedy}`
}

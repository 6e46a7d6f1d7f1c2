/** What to do about a connection that could not be made, where one setting mends it. */

import type { StoreName } from "./health"

const UNTRUSTED = /self[- ]signed certificate|unable to (verify the first|get (local )?issuer) certificate/i
/** How Postgres refuses a connection that is not encrypted; earlier ones say "SSL off". */
const UNENCRYPTED = /pg_hba\.conf .*(no encryption|SSL off)/

const NO_CONNECT = /^permission denied for database (".*")/
/** What PgBouncer says where it lets no transaction through. */
const BY_STATEMENTS = /statement pooling mode/

/** Beginning with a verb; null where the reason names no one setting. */
export function remedyFor(store: StoreName, reason: string): string | null {
  if (UNTRUSTED.test(reason)) return `set ${AUTHORITIES[store]} to the file of the authority's certificates`
  if (store === "Postgres" && UNENCRYPTED.test(reason))
    return "write sslmode=require or sslmode=verify-full into its address if it wants TLS"
  const [, database] = (store === "Postgres" && NO_CONNECT.exec(reason)) || []
  if (database !== undefined) return `run GRANT CONNECT ON DATABASE ${database} TO this user`
  if (store === "Postgres" && BY_STATEMENTS.test(reason))
    return "set pool_mode=transaction or session in the pooler before it"
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

/** The parameters that the address of a Postgres may have: those of libpq, of other clients and of consoles. */

/** These are heeded. */
export const READ = new Set([
  ...["host", "port", "user", "password", "dbname", "target_session_attrs"],
  ...["sslmode", "ssl", "sslrootcert", "sslcert", "sslkey", "sslpassword"],
  // What Prisma and postgres.js call the use of a pooler.
  ...["pgbouncer", "prepare"],
  "channel_binding",
])

/** These go to the server. */
export const PASSED_ON = new Set([
  ...["options", "search_path", "role", "synchronous_commit"],
  ...["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout"],
])

/** These mean something to other clients, or ask for what is done anyway. */
export const WITHOUT_EFFECT = new Set([
  ...["application_name", "fallback_application_name", "client_encoding", "connect_timeout"],
  ...["keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout"],
  ...["gssencmode", "krbsrvname", "gsslib", "gssdelegation", "sslcompression", "sslsni", "uselibpqcompat"],
  ...["connection_limit", "pool_timeout", "pool_size", "statement_cache_size", "connect_timeout_ms"],
  ...["idle_timeout", "max_lifetime", "keep_alive", "sslnegotiation", "supa", "workaround"],
])

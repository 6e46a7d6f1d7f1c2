/** The apps' roles in Postgres, as SQL for a new server. */

export const DATABASE = "tallyroom"
export const WORKER_ROLE = "tallyroom_worker"
export const RESULT_ROLE = "tallyroom_result"
export const BACKUP_ROLE = "tallyroom_backup"

/** Unlike anything that ends a string in SQL: a password of letters and digits, or a verifier of SCRAM. */
const PLAIN = /^[A-Za-z0-9]+$|^SCRAM-SHA-256\$[A-Za-z0-9+/=:$]+$/

/**
 * What a superuser runs once on an empty server: the worker's role owns the database, result's can only connect until
 * the migrations grant it more, the backup's reads everything, and nobody else gets in.
 * @param passwords what Postgres is told: best a verifier (`scramVerifier`), as its log quotes statements that failed
 * @throws {Error} for another text than a verifier, or letters and digits
 */
export function rolesSql(passwords: { worker: string; result: string; backup: string }): string {
  return [
    role(WORKER_ROLE, passwords.worker),
    role(RESULT_ROLE, passwords.result),
    role(BACKUP_ROLE, passwords.backup),
    `ALTER ROLE ${BACKUP_ROLE} REPLICATION;`,
    `GRANT pg_read_all_data TO ${BACKUP_ROLE};`,
    `CREATE DATABASE ${DATABASE} OWNER ${WORKER_ROLE} TEMPLATE template0;`,
    `REVOKE ALL ON DATABASE ${DATABASE} FROM public;`,
    `GRANT CONNECT ON DATABASE ${DATABASE} TO ${RESULT_ROLE}, ${BACKUP_ROLE};`,
    // Its connections ask for the same, which a pooler may refuse.
    `ALTER ROLE ${RESULT_ROLE} SET statement_timeout = '4s';`,
    "REVOKE ALL ON DATABASE postgres, template1 FROM public;",
    "",
  ].join("\n")
}

function role(name: string, password: string): string {
  if (!PLAIN.test(password))
    throw new Error(`the password of ${name} may have letters and digits alone, or be a SCRAM verifier`)
  return `CREATE ROLE ${name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '${password}';`
}

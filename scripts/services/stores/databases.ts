import { randomBytes } from "node:crypto"
import postgres from "postgres"
import { scramVerifier } from "../../../apps/worker/credentials/scram-verifier"
import { UserError } from "../terminal/user-error"

/** One database as each of its users sees it. */
export interface DatabaseUrls {
  /** As superuser. */
  readonly adminUrl: string
  /** As the owner, who applies the migrations. */
  readonly workerUrl: string
  /** As a role that can only connect until the migrations grant it more. */
  readonly resultUrl: string
  /** As a role that reads everything, for backups. */
  readonly backupUrl: string
}

export interface RolePasswords {
  readonly admin: string
  readonly worker: string
  readonly result: string
  readonly backup: string
}

/** Roles belong to the whole cluster, so callers take turns by this lock (any number will do). */
const TURN = 7_041_000

const SALT_BYTES = 16

/** The address of a database on this machine. */
export const urlOf = (port: number, user: string, password: string, database: string) =>
  `postgres://${user}:${password}@127.0.0.1:${port}/${database}`

/** Makes sure that the database and the apps' two roles exist, with exactly the rights that they should have. */
export async function openOwnDatabase(
  port: number,
  name: string,
  passwords: RolePasswords,
): Promise<DatabaseUrls> {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) {
    throw new UserError(
      `"${name}" can't name a database: use a letter, then letters, digits and underscores.`,
    )
  }
  const sql = postgres(urlOf(port, "postgres", passwords.admin, "postgres"), { max: 1, onnotice: () => {} })
  try {
    await sql`select pg_advisory_lock(${TURN})`
    await ensureRole(sql, "tallyroom_worker", passwords.worker)
    await ensureRole(sql, "tallyroom_result", passwords.result)
    await ensureRole(sql, "tallyroom_backup", passwords.backup)
    await sql.unsafe("alter role tallyroom_backup replication")
    await sql.unsafe("grant pg_read_all_data to tallyroom_backup")
    await ensureDatabase(sql, name)
  } finally {
    await sql.end({ timeout: 5 })
  }
  return {
    adminUrl: urlOf(port, "postgres", passwords.admin, name),
    workerUrl: urlOf(port, "tallyroom_worker", passwords.worker, name),
    resultUrl: urlOf(port, "tallyroom_result", passwords.result, name),
    backupUrl: urlOf(port, "tallyroom_backup", passwords.backup, name),
  }
}

/** No statement about a role takes parameters, and Postgres's log may quote it: it has the password's verifier. */
async function ensureRole(sql: postgres.Sql, role: string, password: string): Promise<void> {
  const [found] = await sql`select from pg_roles where rolname = ${role}`
  const verb = found ? "alter" : "create"
  const verifier = scramVerifier(password, randomBytes(SALT_BYTES))
  await sql.unsafe(`${verb} role ${role} login nosuperuser nocreatedb nocreaterole password '${verifier}'`)
}

async function ensureDatabase(sql: postgres.Sql, name: string): Promise<void> {
  const [found] = await sql`select from pg_database where datname = ${name}`
  if (!found) await sql.unsafe(`create database ${name} owner tallyroom_worker template template0`)
  await sql.unsafe(`revoke all on database ${name} from public`)
  await sql.unsafe(`grant connect on database ${name} to tallyroom_result, tallyroom_backup`)
  await sql.unsafe("revoke all on database postgres, template1 from public")
}

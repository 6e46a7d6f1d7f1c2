import { chownSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import postgres from "postgres"
import { freePort } from "../processes/ports"
import { startSupervised } from "../processes/supervised-process"
import { asUnprivilegedUser, type UnprivilegedUser } from "../processes/unprivileged-user"
import { keptSecrets, writePrivately } from "../secrets"
import { UserError } from "../terminal/user-error"
import { takeFromRoot } from "./data-owner"
import { type DatabaseUrls, openOwnDatabase, urlOf } from "./databases"
import { awaitPrevious } from "./earlier-server"
import { type PostgresPrograms, postgresPrograms } from "./postgres-programs"
import { createServer, type OnCrash, type Server } from "./server"

export interface PostgresOptions {
  /** The data directory; its passwords stand beside it in `<dir>.passwords.json`. */
  readonly dir: string
  readonly port?: number
  /** Server settings by name, above the defaults: `{ log_statement: "all" }`. */
  readonly settings?: Record<string, string>
  /** Others than those that the npm package brings. */
  readonly programs?: PostgresPrograms
  readonly onLine?: (line: string) => void
  readonly logFile?: string
  readonly onCrash?: OnCrash
}

export interface Postgres extends Server {
  readonly port: number
  /** As superuser, to the database `postgres`. */
  readonly adminUrl: string
  /** Creates a database and the apps' roles if they are missing; may be called many times, by many at once. */
  database(name: string): Promise<DatabaseUrls>
  /** Ends all connections and starts again on the same port. */
  restart(): Promise<void>
}

/**
 * As in compose and the manifests. The content of rows must not be logged: it would tell who voted for what. And in a poll of millions
 * each vote touches another page of the index, which Postgres logs whole after each checkpoint: so these are seldom.
 */
export const AS_DEPLOYED = {
  log_error_verbosity: "terse",
  log_parameter_max_length_on_error: "0",
  shared_buffers: "256MB",
  max_wal_size: "2GB",
  checkpoint_timeout: "15min",
}

const ROLES = ["admin", "worker", "result", "backup"] as const
/** Where the passwords of the roles are kept whose data is there. */
export const passwordsBeside = (dir: string) => `${dir}.passwords.json`

/** Recovery after a crash under flood may replay minutes of work. */
const START_DEADLINE_MS = 60_000
/** A fast shutdown writes a checkpoint. */
const STOP_GRACE_MS = 8_000

/** Starts a real Postgres on loopback with its data in `dir`, which is created at the first start. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const dir = resolve(options.dir)
  const programs = options.programs ?? postgresPrograms()
  const port = options.port ?? (await freePort())
  mkdirSync(dirname(dir), { recursive: true })
  const disguise = asUnprivilegedUser([dir, programs.postgres])
  const passwords = keptSecrets(passwordsBeside(dir), ROLES)
  if (!existsSync(join(dir, "PG_VERSION"))) await initialise(programs.initdb, dir, passwords.admin, disguise)
  else if (disguise) takeFromRoot(dir, disguise)

  const databases = databasesOf({ dir, port })
  const server = createServer({
    name: "Postgres",
    command: [...(disguise?.prefix ?? []), programs.postgres, "-D", dir, ...flags(port, options.settings)],
    options: { ...spawnOptions(disguise), ...pick(options), stopSignal: "SIGINT", cwd: "/" },
    ...(options.onCrash && { onCrash: options.onCrash }),
    startDeadlineMs: START_DEADLINE_MS,
    stopGraceMs: STOP_GRACE_MS,
    prepare: () => awaitPrevious(join(dir, "postmaster.pid"), "postgres"),
    answers: () => answersQueries(databases.adminUrl),
  })
  await server.start()
  return Object.assign(server, {
    ...databases,
    restart: async () => {
      await server.stop()
      await server.start()
    },
  })
}

/** What a process needs to take databases from a Postgres that another one has started. */
export type ServedPostgres = Pick<PostgresOptions, "dir"> & Pick<Postgres, "port">

/** Databases of a Postgres that another process has started, and may stop. */
export function databasesOf({ dir, port }: ServedPostgres): Pick<Postgres, "port" | "adminUrl" | "database"> {
  const passwords = keptSecrets(passwordsBeside(resolve(dir)), ROLES)
  return {
    port,
    adminUrl: urlOf(port, "postgres", passwords.admin, "postgres"),
    database: (name) => openOwnDatabase(port, name, passwords),
  }
}

function pick({ onLine, logFile }: PostgresOptions) {
  return { ...(onLine && { onLine }), ...(logFile !== undefined && { logFile }) }
}

function spawnOptions(disguise: UnprivilegedUser | undefined) {
  const env = { PATH: process.env.PATH ?? "", LC_ALL: "C", TZ: "UTC" }
  return { env, ...disguise?.spawn }
}

/** No socket file: its path would be too long for the system in a deep checkout. */
function flags(port: number, settings: Record<string, string> = {}): string[] {
  const all = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    port: String(port),
    ...AS_DEPLOYED,
    ...settings,
  }
  return Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`])
}

/**
 * Sets the data up in a directory beside its place and renames that once all is there, so that a crash leaves no half-
 * made data.
 */
async function initialise(
  initdb: string,
  dir: string,
  password: string,
  disguise: UnprivilegedUser | undefined,
) {
  const draft = `${dir}.new`
  const passwordFile = `${dir}.initdb`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { mode: 0o700 })
  writePrivately(passwordFile, password)
  if (disguise) for (const path of [draft, passwordFile]) chownSync(path, disguise.uid, disguise.gid)
  const how = ["--auth=scram-sha-256", `--pwfile=${passwordFile}`, "--encoding=UTF8", "--locale=C"]
  const command = [...(disguise?.prefix ?? []), initdb, "-D", draft, "-U", "postgres", ...how]
  const lines: string[] = []
  const child = startSupervised(command, {
    ...spawnOptions(disguise),
    cwd: "/",
    onLine: (line) => lines.push(line),
  })
  const code = await child.exited
  rmSync(passwordFile)
  if (code !== 0) throw new UserError(`Postgres could not set up its data in ${dir}: ${lines.join("\n")}`)
  renameSync(draft, dir)
}

async function answersQueries(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} })
  try {
    await sql`select 1`
    return true
  } catch {
    return false
  } finally {
    await sql.end({ timeout: 1 })
  }
}

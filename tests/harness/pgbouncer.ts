/** A real PgBouncer before the Postgres of a test. */

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import postgres from "postgres"
import { freePort } from "../../scripts/services/processes/ports"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { createServer } from "../../scripts/services/stores/server"
import { ensureTool } from "../../scripts/services/tools/tools"

export type PgBouncer = {
  /** The address of a database, through this pooler. */
  urlOf(server: string): string
}

/** `ignored`: the parameters of a session that it drops without a word. */
export type PgBouncerOptions = {
  mode: "session" | "transaction" | "statement"
  poolSize?: number
  ignored?: string
}

/** @param urls whose users may come in */
export async function startPgBouncer(
  { database, defer }: Pick<OwnStores, "database" | "defer">,
  { mode, poolSize = 20, ignored }: PgBouncerOptions,
): Promise<PgBouncer> {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-pgbouncer-"))
  defer(() => rmSync(dir, { recursive: true, force: true }))
  // PgBouncer does not run as root: started by root, it reads these as the user `nobody`.
  chmodSync(dir, 0o755)
  const port = await freePort()
  const users = [database.adminUrl, database.workerUrl, database.resultUrl].map((url) => new URL(url))
  writeFileSync(join(dir, "users.txt"), users.map((it) => `"${it.username}" "${it.password}"\n`).join(""))
  const settings = {
    ...{ listen_addr: "127.0.0.1", listen_port: port, unix_socket_dir: "", pool_mode: mode },
    ...{ auth_type: "plain", auth_file: join(dir, "users.txt"), default_pool_size: poolSize },
    ...{ max_client_conn: 200, server_login_retry: 1 },
    ...(ignored !== undefined && { ignore_startup_parameters: ignored }),
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
  const ini = `[databases]\n* = host=127.0.0.1 port=${users[0]?.port}\n\n[pgbouncer]\n${lines.join("\n")}\n`
  writeFileSync(join(dir, "pgbouncer.ini"), ini)
  const urlOf = (server: string) => {
    const url = new URL(server)
    url.port = String(port)
    return url.toString()
  }
  const asNobody = process.getuid?.() === 0 ? ["-u", "nobody"] : []
  const server = createServer({
    name: "PgBouncer",
    command: [await ensureTool("pgbouncer"), "-q", ...asNobody, join(dir, "pgbouncer.ini")],
    options: { cwd: "/" },
    startDeadlineMs: 20_000,
    stopGraceMs: 1_000,
    prepare: async () => {},
    answers: () => answers(urlOf(database.workerUrl)),
  })
  await server.start()
  defer(() => server.kill9())
  return { urlOf }
}

async function answers(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 2, prepare: false, fetch_types: false })
  try {
    await sql`SELECT 1`
    return true
  } catch {
    return false
  } finally {
    await sql.end({ timeout: 1 })
  }
}

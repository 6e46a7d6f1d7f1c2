import { afterAll, describe, expect, test } from "bun:test"
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import postgres from "postgres"
import { asUnprivilegedUser } from "../../scripts/services/processes/unprivileged-user"
import { startPostgres } from "../../scripts/services/stores/postgres"

const scratch = mkdtempSync(join(tmpdir(), "tallyroom-services-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe("Postgres", () => {
  const dir = join(scratch, "postgres")

  test("keeps what was committed through SIGKILL and through restarts, on the same port", async () => {
    const server = await startPostgres({ dir })
    const { workerUrl } = await server.database("one")
    await withSql(workerUrl, (sql) => sql`create table ballots as select generate_series(1, 1000) as id`)
    const before = server.pid
    await server.kill9()
    await server.start()
    expect(server.pid).not.toBe(before)
    expect(await countBallots(workerUrl)).toBe(1000)
    await server.restart()
    expect(await countBallots(workerUrl)).toBe(1000)
    await server.stop()

    const again = await startPostgres({ dir })
    expect(await countBallots((await again.database("one")).workerUrl)).toBe(1000)
    await again.stop()
  })

  test("gives the result role nothing but the connection, and nothing to anybody else", async () => {
    const server = await startPostgres({ dir })
    const names = ["two", "two", "three", "two"]
    const [urls] = await Promise.all(names.map((name) => server.database(name)))
    if (!urls) throw new Error("No database was made.")
    await withSql(urls.workerUrl, (sql) => sql`create table secret (id int)`)
    for (const statement of [
      "create table x (i int)",
      "create temp table x (i int)",
      "create schema x",
      "table secret",
    ]) {
      await expect(withSql(urls.resultUrl, (sql) => sql.unsafe(statement))).rejects.toThrow(
        "permission denied",
      )
    }
    const elsewhere = urls.resultUrl.replace(/two$/, "postgres")
    await expect(withSql(elsewhere, (sql) => sql`select 1`)).rejects.toThrow("permission denied")
    expect(statSync(`${dir}.passwords.json`).mode & 0o777).toBe(0o600)
    await expect(server.database("no; drop")).rejects.toThrow("can't name a database")
    await server.stop()
  })

  test("is told no role's password: its log, which quotes statements, has none", async () => {
    const logFile = join(scratch, "postgres.log")
    const server = await startPostgres({ dir, logFile, settings: { log_statement: "all" } })
    const urls = await server.database("four")
    for (const url of [urls.workerUrl, urls.resultUrl]) await withSql(url, (sql) => sql`select 1`)
    await server.stop()
    const log = readFileSync(logFile, "utf8")
    expect(log).toContain("alter role tallyroom_worker")
    for (const url of Object.values(urls)) expect(log).not.toContain(new URL(url).password)
  })

  test.skipIf(process.getuid?.() !== 0)("serves a copy that root made, and that is root's", async () => {
    const copy = join(scratch, "copy")
    cpSync(dir, copy, { recursive: true })
    cpSync(`${dir}.passwords.json`, `${copy}.passwords.json`)
    const made = Bun.spawnSync(["chown", "-R", "0:0", copy])
    expect(made.exitCode).toBe(0)
    const server = await startPostgres({ dir: copy })
    expect(await countBallots((await server.database("one")).workerUrl)).toBe(1000)
    await server.stop()
  })

  test.skipIf(process.getuid?.() !== 0)(
    "root runs it as asUnprivilegedUser, also from a directory that only root can enter",
    () => {
      const program = join(scratch, "true")
      copyFileSync("/bin/true", program)
      const disguise = asUnprivilegedUser([program])
      if (!disguise) throw new Error("Root was not disguised.")
      const script = 'id -u; [ -x "$0" ] && "$0" && echo reached'
      const command = [...disguise.prefix, "/bin/sh", "-c", script, program]
      const ran = Bun.spawnSync(command, { cwd: "/", ...disguise.spawn })
      expect(ran.stdout.toString()).toBe(`${disguise.uid}\nreached\n`)
    },
  )

  async function withSql<T>(url: string, use: (sql: postgres.Sql) => PromiseLike<T>): Promise<T> {
    const sql = postgres(url, { max: 1, onnotice: () => {} })
    try {
      return await use(sql)
    } finally {
      await sql.end({ timeout: 1 })
    }
  }

  async function countBallots(url: string): Promise<number> {
    const [row] = await withSql(url, (sql) => sql<{ n: number }[]>`select count(*)::int as n from ballots`)
    return row?.n ?? -1
  }
})

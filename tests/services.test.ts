import { afterAll, describe, expect, test } from "bun:test"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Redis } from "ioredis"
import postgres from "postgres"
import { readJunit } from "../scripts/services/junit"
import { leash } from "../scripts/services/leash"
import { lockState } from "../scripts/services/lock"
import { assertPortFree, freePort } from "../scripts/services/ports"
import { startPostgres } from "../scripts/services/postgres"
import { descendants, isAlive } from "../scripts/services/processes"
import { readable } from "../scripts/services/readable"
import { startRedis } from "../scripts/services/redis"
import { waitFor } from "../scripts/services/wait"
import { ensureTool } from "../scripts/tools"

const scratch = mkdtempSync(join(tmpdir(), "tallyroom-services-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe("a leash", () => {
  const leashModule = join(import.meta.dir, "../scripts/services/leash.ts")

  /** A process of its own that holds `command` on a leash and prints its id. */
  function startHolder(command: string[]) {
    const script = `
      import { leash } from ${JSON.stringify(leashModule)}
      const child = leash(${JSON.stringify(command)}, { onLine: console.log })
      console.log("pid " + child.pid)
      await child.exited`
    return Bun.spawn([process.execPath, "-e", script], { stdin: "ignore", stdout: "pipe", stderr: "inherit" })
  }

  async function leashedPid(holder: ReturnType<typeof startHolder>): Promise<number> {
    let printed = ""
    for await (const chunk of holder.stdout) {
      printed += new TextDecoder().decode(chunk)
      const pid = printed.match(/pid (\d+)/)?.[1]
      if (pid && printed.includes("begun")) return Number(pid)
    }
    throw new Error(`The holder printed no process id: ${printed}`)
  }

  test("ends its program and its guard when the process that holds it is killed", async () => {
    const holder = startHolder(["sh", "-c", "echo begun; exec sleep 300"])
    const pid = await leashedPid(holder)
    const guard = guardOf(pid, holder.pid)
    expect(isAlive(guard)).toBe(true)
    holder.kill("SIGKILL")
    await waitFor("the program and its guard to end", 5_000, () => !isAlive(pid) && !isAlive(guard))
  })

  test("kills a program that ignores being asked, once its holder was killed", async () => {
    const holder = startHolder(["sh", "-c", 'trap "" TERM; echo begun; while :; do sleep 1; done'])
    const pid = await leashedPid(holder)
    holder.kill("SIGKILL")
    await waitFor("the stubborn program to end", 15_000, () => !isAlive(pid))
  }, 20_000)

  test("leaves no guard behind when the program ends by itself", async () => {
    const child = leash(["sh", "-c", "echo out; echo err >&2; sleep 0.2; exit 7"])
    const guard = guardOf(child.pid, process.pid)
    expect(await child.exited).toBe(7)
    expect(isAlive(guard)).toBe(false)
  })

  test("hands on every line of both outputs and keeps them in the log file", async () => {
    const lines: string[] = []
    const logFile = join(scratch, "lines.log")
    const script = "i=0; while [ $i -lt 20000 ]; do echo $i; i=$((i+1)); done; printf last >&2"
    const child = leash(["sh", "-c", script], { logFile, onLine: (line) => lines.push(line) })
    expect(await child.exited).toBe(0)
    expect(lines.length).toBe(20_001)
    expect(lines).toContain("last")
    expect(readFileSync(logFile, "utf8").trim().split("\n").length).toBe(20_001)
  })

  test("stop() asks first and kills after the grace", async () => {
    const polite = leash(["sleep", "300"])
    expect(await polite.stop(5_000)).toBe(128 + 15)
    const lines: string[] = []
    const stubborn = leash(["sh", "-c", 'trap "" TERM; echo begun; while :; do sleep 1; done'], {
      onLine: (line) => lines.push(line),
    })
    await waitFor("the trap to be set", 5_000, () => lines.includes("begun"))
    expect(await stubborn.stop(100)).toBe(128 + 9)
  })

  /** The holder's other child. */
  function guardOf(pid: number, holder: number): number {
    const below = new Set([pid, ...descendants(pid)])
    const guard = descendants(holder).find((it) => !below.has(it))
    if (guard === undefined) throw new Error(`Process ${pid} has no guard.`)
    return guard
  }
})

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

describe("Redis", () => {
  const dir = join(scratch, "redis")

  test("keeps every write that it confirmed through SIGKILL, on the same port and with the same passwords", async () => {
    const server = await startRedis({ dir })
    // A script that writes twice is kept as one transaction.
    const cast = "redis.call('HSET', KEYS[2], ARGV[1], 'a') redis.call('XADD', KEYS[1], '*', 'b', ARGV[1])"
    await withRedis(server.voteUrl, async (redis) => {
      for (let i = 0; i < 200; i++) await redis.eval(cast, 2, "{s0}:inbox", "{s0}:voters:p", String(i))
    })
    await server.kill9()
    await server.start()
    expect(await withRedis(server.workerUrl, (redis) => redis.xlen("{s0}:inbox"))).toBe(200)
    expect(await withRedis(server.workerUrl, (redis) => redis.hlen("{s0}:voters:p"))).toBe(200)
    await server.stop()
  })

  test("lets vote do what casting a ballot needs, and nothing else", async () => {
    const server = await startRedis({ dir })
    await withRedis(server.voteUrl, async (redis) => {
      expect(await redis.xadd("{s0}:inbox", "*", "b", "x")).toBeString()
      for (const [name, ...words] of [
        ["flushall"],
        ["keys", "*"],
        ["del", "{s0}:inbox"],
        ["config", "get", "*"],
      ]) {
        await expect(redis.call(String(name), ...words)).rejects.toThrow("NOPERM")
      }
      await expect(redis.get("somebody:else")).rejects.toThrow("NOPERM")
    })
    await server.stop()
  })

  test("lets worker read, trim and write the inbox, but not wipe or reconfigure Redis", async () => {
    const server = await startRedis({ dir })
    await withRedis(server.workerUrl, async (redis) => {
      await redis.xtrim("{s0}:inbox", "MAXLEN", 10)
      expect(await redis.config("GET", "appendfsync")).toEqual(["appendfsync", "always"])
      for (const [name, ...words] of [["flushall"], ["config", "set", "appendonly", "no"], ["acl", "list"]]) {
        await expect(redis.call(String(name), ...words)).rejects.toThrow("NOPERM")
      }
      await expect(redis.set("somebody:else", "1")).rejects.toThrow("NOPERM")
    })
    for (const login of ["", "default@", ":@", "default:@"]) {
      const url = `redis://${login}127.0.0.1:${server.port}`
      await expect(withRedis(url, (redis) => redis.ping())).rejects.toThrow()
    }
    for (const file of ["users.acl", "passwords.json"])
      expect(statSync(join(dir, file)).mode & 0o777).toBe(0o600)
    await server.stop()
  })

  async function withRedis<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(url, { retryStrategy: () => null, disableClientInfo: true })
    redis.on("error", () => {})
    try {
      return await use(redis)
    } finally {
      redis.disconnect()
    }
  }
})

describe("the ports", () => {
  test("a taken port is told in one sentence that names another, also when it is shared", async () => {
    for (const reusePort of [false, true]) {
      const server = Bun.serve({ port: await freePort(), reusePort, fetch: () => new Response() })
      const port = Number(server.port)
      await expect(assertPortFree(port, "the ballot page", "VOTE_PORT")).rejects.toThrow(
        `Port ${port} is taken (needed for the ballot page). Stop what uses it, or choose another with VOTE_PORT=${port + 10}.`,
      )
      await server.stop(true)
      await assertPortFree(port, "the ballot page", "VOTE_PORT")
    }
  })
})

describe("the tools", () => {
  const nowhere = { path: scratch, chromiumPath: undefined, say: () => {} }

  test("a tool that can't be installed is told in one sentence with the command to run", async () => {
    const attempt = ensureTool("redis-server", nowhere)
    await expect(attempt).rejects.toThrow(
      /^redis-server is not installed\. Install it with `.*redis.*` .*try again\.$/,
    )
  })

  test("CHROMIUM_PATH must name a file", async () => {
    await expect(ensureTool("chromium", { ...nowhere, chromiumPath: "/no/such/browser" })).rejects.toThrow(
      "CHROMIUM_PATH is /no/such/browser, but no such file exists",
    )
    expect(await ensureTool("chromium", { ...nowhere, chromiumPath: process.execPath })).toBe(
      process.execPath,
    )
  })
})

describe("the commands", () => {
  test("only one may work on a state directory, and a lock left by a crash does not block", () => {
    const dir = join(scratch, "state")
    const unlock = lockState(dir)
    expect(readdirSync(dir)).toEqual(["lock"])
    unlock()
    Bun.spawnSync(["sh", "-c", `echo 999999999 > ${join(dir, "lock")}`])
    lockState(dir)()
    expect(readdirSync(dir)).toEqual([])
  })

  test("log lines are readable, and a line that is no JSON counts as an error", () => {
    const line = JSON.stringify({
      level: "warn",
      time: "2026-01-02T03:04:05.678Z",
      message: "away",
      attempt: 3,
    })
    expect(readable(line).text).toMatch(/^\d\d:\d\d:05\.678 WARN {2}away attempt=3$/)
    expect(readable("TypeError: x")).toEqual({ level: "error", text: "TypeError: x" })
  })

  test("a JUnit report is counted test by test, whatever stands in the titles", () => {
    const xml = `<testsuites><testsuite name="a.test.ts" file="a.test.ts">
      <testcase name="1 &gt; 0" classname="g" file="a.test.ts" assertions="1" />
      <testcase name="a > b" classname="g" file="a.test.ts"><failure type="AssertionError" /></testcase>
      <testcase name="later" classname="g" file="a.test.ts"><skipped /></testcase></testsuite></testsuites>`
    expect(readJunit(xml)).toEqual({ passed: 1, skipped: 1, failed: ["a.test.ts > g > a > b"] })
  })
})

import { afterAll, describe, expect, spyOn, test } from "bun:test"
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readJunit } from "../../scripts/check/steps/junit"
import { lockState } from "../../scripts/services/processes/lock"
import { assertPortFree, freePort } from "../../scripts/services/processes/ports"
import { readable } from "../../scripts/services/terminal/log-lines"
import { ensureTool } from "../../scripts/services/tools/tools"
import { outputOfScript } from "../harness/scripts"

const scratch = mkdtempSync(join(tmpdir(), "tallyroom-services-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe("the ports", () => {
  test("a taken port is reported in one sentence that names another, also when the port is shared", async () => {
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

  test("a port that somebody was given, or found to be free, is given to nobody else", async () => {
    const given = await freePort()
    const checked = await freeAbove(given)
    const random = spyOn(Math, "random")
    try {
      for (const port of [given, checked]) random.mockReturnValueOnce((port - 15_000 + 0.5) / 14_999)
      expect([given, checked]).not.toContain(await freePort())
      expect(random.mock.calls.length).toBeGreaterThan(2)
    } finally {
      random.mockRestore()
    }
  })
})

async function freeAbove(port: number): Promise<number> {
  const next = port + 1
  try {
    await assertPortFree(next, "the ballot page", "VOTE_PORT")
    return next
  } catch {
    return freeAbove(next)
  }
}

describe("the tools", () => {
  const nowhere = { path: scratch, chromiumPath: undefined, say: () => {} }

  test("a tool that can't be installed is reported in one sentence with the command to run", async () => {
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
  test("only one process may work on a state directory, and a lock left by a crash does not block", () => {
    const dir = join(scratch, "state")
    const unlock = lockState(dir)
    expect(readdirSync(dir)).toEqual(["lock"])
    unlock()
    writeFileSync(join(dir, "lock"), "999999999")
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

  test("an unknown option is refused in one sentence", async () => {
    for (const name of ["load/smoke", "data/seed", "data/import"]) {
      const told = "Unknown option '--loud': see --help."
      expect(await runs(name, ["--loud"])).toEqual({ code: 2, said: told })
    }
  })

  test("the audit names the setting whose database it can't use, and no password", async () => {
    const audit = (url: string) =>
      runs("data/audit", [], { DATABASE_URL: url, REDIS_URL: "redis://localhost:1" })
    const { code, said } = await audit("postgres://me:secret@localhost:1/votes")
    expect(code).toBe(2)
    expect(said).toStartWith("Can't use Postgres at localhost:1/votes (DATABASE_URL): nothing listens there.")
    expect((await audit("hello:secret")).said).toStartWith("DATABASE_URL is not an address such as")
  })
})

describe("secrets in files", () => {
  const file = (name: string, content: string) => {
    writeFileSync(join(scratch, name), `${content}\n`)
    return join(scratch, name)
  }
  const stores = () => ({
    DATABASE_URL_FILE: file("database", "postgres://me:secret@localhost:1/votes"),
    REDIS_URL_FILE: file("redis", "redis://localhost:1"),
  })
  const noDatabase = "Can't use Postgres at localhost:1/votes (DATABASE_URL): nothing listens there."

  test.each([
    ["data/audit", [], stores, noDatabase],
    ["data/export", ["--dir", join(scratch, "export")], stores, noDatabase],
    [
      "data/poll",
      ["list"],
      () => ({ RESULT_URL: "http://localhost:1", ADMIN_TOKEN_FILE: file("token", "a-token") }),
      "Nobody answers at http://localhost:1: start the result app",
    ],
  ] as const)(
    "%s reads them as the apps do, and says what is wrong with them",
    async (name, words, env, told) => {
      expect((await runs(name, [...words], env())).said).toStartWith(told)
      const nowhere = Object.fromEntries(Object.keys(env()).map((it) => [it, "/no/such/file"]))
      expect((await runs(name, [...words], nowhere)).said).toContain('_FILE="/no/such/file" can\'t be read')
    },
  )
})

async function runs(name: string, words: string[], env: Record<string, string> = {}) {
  const { code, err } = await outputOfScript(`scripts/${name}.ts`, words, env)
  return { code, said: err.trim() }
}

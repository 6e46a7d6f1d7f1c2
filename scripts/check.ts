import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { CHECKOUT } from "./services/checkout"
import { readJunit, type TestReport } from "./services/junit"
import { leash, stopLeashed } from "./services/leash"
import { describe, Trouble } from "./services/trouble"
import { ensureTool } from "./tools"

const USAGE = `Usage: bun run check [file filter…]

Checks types, lint, format and the settings table, then runs all tests (or those whose file's path has a filter in it)
against real stores. The last line is "N passed, N failed": a step counts as one, and so does each test.`

const TOOLS = ["redis-server", "chromium", "ab"] as const
/** The harness tears its stores down when it is asked to stop. */
const STOP_GRACE_MS = 8_000

const NOTHING: TestReport = { passed: 0, skipped: 0, failed: [] }

interface Step {
  readonly name: string
  run(): Promise<boolean>
}

const filters = process.argv.slice(2)
if (filters.some((it) => it === "--help" || it === "-h")) {
  console.log(USAGE)
  process.exit(0)
}
const unknown = filters.find((it) => it.startsWith("-"))
if (unknown !== undefined) {
  console.error(`Unknown flag ${unknown}: use --help to see what there is.`)
  process.exit(2)
}
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(name, () => void stopLeashed(STOP_GRACE_MS).then(() => process.exit(1)))
}

const steps: Step[] = [
  { name: "types", run: () => command("bunx", "tsc", "--noEmit") },
  {
    name: "lint and format",
    run: () => command("bunx", "biome", "ci", ...(process.stdout.isTTY ? [] : ["--colors=off"]), "."),
  },
  { name: "settings table", run: () => command(process.execPath, "scripts/settings-table.ts", "--check") },
  { name: "tools for the tests", run: installTools },
]

const failedSteps: string[] = []
for (const step of steps) {
  if (!(await timed(step.name, step.run))) failedSteps.push(step.name)
}
let tests = NOTHING
const testsRan = await timed("tests", async () => {
  tests = await runTests()
  return tests.failed.length === 0
})
if (!testsRan && tests.failed.length === 0) failedSteps.push("tests")
report(steps.length - failedSteps.filter((it) => it !== "tests").length)

/** Runs a step and says in one line how it went. */
async function timed(name: string, run: () => Promise<boolean>): Promise<boolean> {
  console.log(`\n${name}`)
  const start = performance.now()
  const passed = await run().catch((error) => {
    console.error(describe(error))
    return false
  })
  console.log(
    `${passed ? "passed" : "FAILED"}: ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`,
  )
  return passed
}

async function command(...words: string[]): Promise<boolean> {
  const { PATH = "", ...env } = process.env as Record<string, string>
  const child = leash(words, { cwd: CHECKOUT, env: { ...env, PATH }, onLine: (line) => console.log(line) })
  return (await child.exited) === 0
}

async function installTools(): Promise<boolean> {
  for (const tool of TOOLS) console.log(`${tool}: ${await ensureTool(tool)}`)
  return true
}

/** A runner that crashed leaves no report, or one without the failure that its exit code tells of. */
async function runTests(): Promise<TestReport> {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-check-"))
  const file = join(dir, "junit.xml")
  try {
    const flags = ["--reporter=junit", `--reporter-outfile=${file}`]
    const succeeded = await command(process.execPath, "test", ...flags, ...filters)
    if (!existsSync(file)) throw new Trouble("The test runner ended without a report (see above).")
    const result = readJunit(readFileSync(file, "utf8"))
    if (result.passed + result.failed.length === 0) throw new Trouble("No test ran.")
    if (succeeded || result.failed.length > 0) return result
    return { ...result, failed: ["the test runner: it failed outside of any test (see above)"] }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function report(passedSteps: number): never {
  const failed = [...failedSteps, ...tests.failed]
  if (failed.length > 0) console.log(`\nFailed:\n${failed.map((name) => `  ${name}`).join("\n")}`)
  const skipped = tests.skipped > 0 ? `, ${tests.skipped} skipped` : ""
  console.log(`\n${passedSteps + tests.passed} passed, ${failed.length} failed${skipped}`)
  process.exit(failed.length > 0 ? 1 : 0)
}

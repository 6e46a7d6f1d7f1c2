import { lints } from "./check/lints"
import { command, type Outcome, type Step } from "./check/step"
import { runTests } from "./check/tests"
import type { TestReport } from "./services/junit"
import { stopLeashed } from "./services/leash"
import { describe } from "./services/trouble"
import { ensureTool } from "./tools"
import { ensureGoTool } from "./tools/go"

const USAGE = `Usage: bun run check [file filter…]

Checks types, lint, format, the settings table, manifests, workflows, shell scripts and the Dockerfile, then runs all tests
(or those whose file's path has a filter in it) against real stores. The last line is "N passed, N failed": a step counts
as one, and so does each test. What it needs it installs or builds, the first time, which takes some minutes.`

const TOOLS = ["redis-server", "chromium", "ab"] as const
/** The harness tears its stores down when it is asked to stop. */
const STOP_GRACE_MS = 8_000

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
  ...lints,
  { name: "tools for the tests", run: installTools },
]

const failed: string[] = []
const skipped: string[] = []
let passed = 0
for (const step of steps) {
  const outcome = await timed(step)
  if (outcome === "passed") passed++
  else if (outcome === "failed") failed.push(step.name)
  else skipped.push(`${step.name}: ${outcome.skipped}`)
}
let tests: TestReport | undefined
const outcome = await timed({
  name: "tests",
  async run() {
    tests = await runTests(filters)
    return tests.failed.length === 0 ? "passed" : "failed"
  },
})
if (outcome === "failed" && !tests?.failed.length) failed.push("tests")
report({ passed: passed + (tests?.passed ?? 0), failed: [...failed, ...(tests?.failed ?? [])] })

/** Runs a step and says in one line how it went. */
async function timed({ name, run }: Step): Promise<Outcome> {
  console.log(`\n${name}`)
  const start = performance.now()
  const outcome = await run().catch((error): Outcome => {
    console.error(describe(error))
    return "failed"
  })
  const took = `${((performance.now() - start) / 1000).toFixed(1)} s`
  const said = { passed: "passed", failed: "FAILED" }
  console.log(
    typeof outcome === "string"
      ? `${said[outcome]}: ${name} (${took})`
      : `skipped: ${name}: ${outcome.skipped}`,
  )
  return outcome
}

async function installTools(): Promise<Outcome> {
  for (const tool of TOOLS) console.log(`${tool}: ${await ensureTool(tool)}`)
  console.log(`k6: ${await ensureGoTool("k6")}`)
  return "passed"
}

function report({ passed, failed }: { passed: number; failed: string[] }): never {
  const notRun = [...skipped, ...(tests?.skipped ? [`${tests.skipped} tests`] : [])]
  if (notRun.length > 0) console.log(`\nSkipped:\n${notRun.map((name) => `  ${name}`).join("\n")}`)
  if (failed.length > 0) console.log(`\nFailed:\n${failed.map((name) => `  ${name}`).join("\n")}`)
  console.log(`\n${passed} passed, ${failed.length} failed`)
  process.exit(failed.length > 0 ? 1 : 0)
}

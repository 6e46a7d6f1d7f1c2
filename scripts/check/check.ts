import { availableParallelism } from "node:os"
import { stopSupervised } from "../services/processes/supervised-process"
import { readCommandLine } from "../services/terminal/command-line"
import { oneOf, wholeNumber } from "../services/terminal/options"
import { CheckReport } from "./steps/report"
import { atMost, whileIdle } from "./steps/room"
import { sideBySide } from "./steps/side-by-side"
import { stepsBeside } from "./steps/steps"
import { TestPostgres } from "./steps/test-postgres"
import { testFiles, testStep } from "./steps/tests"

const USAGE = `Usage: bun run check [--at-once N] [--browsers all] [FILTER]…

Checks types, lint, format, the settings table, manifests, workflows, shell scripts and the Dockerfile, and runs all tests
(or those whose file's path has a FILTER in it) against real stores. The last line is "N passed, N failed": a step counts
as one, and so does each test. What it needs it installs or builds, the first time, which takes some minutes. Test files run
side by side, and those that measure time at the end, each with a processor for itself.

  --at-once N      how many test files run side by side (as many as there are processors, at most 6, and up to twice as many
                   while they leave processors idle)
  --browsers all   all journeys run in Chromium, Firefox and WebKit, and not a few alone
  --help           show this

Environment:
  CHROMIUM_PATH    the browser to use, if not the one that is found`

/** The tests tear their stores down when they are asked to stop. */
const STOP_GRACE_MS = 8_000
/**
 * Each test file that does not wait keeps about one processor busy, by its apps or a browser, and more than a few would need much
 * memory.
 */
const AT_ONCE = Math.min(6, availableParallelism())

const { values, operands: filters } = readCommandLine({
  usage: USAGE,
  options: { "at-once": wholeNumber(1, 99), browsers: oneOf(["all"]) },
  takesOperands: true,
})
// tests/browsers/journeys.ts reads this.
if (values.browsers) process.env.BROWSERS = values.browsers
const given = values["at-once"]
const postgres = new TestPostgres()
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(name, () => void stopSupervised(STOP_GRACE_MS).then(() => end(1)))
}

const files = testFiles(filters)
const alone = files.filter((file) => file.alone)
const report = new CheckReport(console.log)
const steps = stepsBeside(
  files.filter((file) => !file.alone),
  postgres,
)
await sideBySide(steps, given ? atMost(given) : whileIdle(AT_ONCE), report.onEnd, report.news)
await sideBySide(
  alone.map((file) => testStep(file, [], () => postgres.env())),
  atMost(Math.min(given ?? AT_ONCE, AT_ONCE)),
  report.onEnd,
  report.news,
)
if (files.length === 0) report.fault("tests: no test file's path has a filter in it")
await end(report.end())

async function end(code: number): Promise<never> {
  await postgres.stop()
  process.exit(code)
}

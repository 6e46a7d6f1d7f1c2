import { availableParallelism } from "node:os"
import { stopLeashed } from "../services/leash"
import { CheckReport } from "./report"
import { sideBySide } from "./side-by-side"
import { stepsBeside } from "./steps"
import { TestPostgres } from "./test-postgres"
import { testFiles, testStep } from "./tests"

const USAGE = `Usage: bun run check [--at-once=N] [--browsers=all] [file filter…]

Checks types, lint, format, the settings table, manifests, workflows, shell scripts and the Dockerfile, and runs all tests
(or those whose file's path has a filter in it) against real stores. The last line is "N passed, N failed": a step counts
as one, and so does each test. What it needs it installs or builds, the first time, which takes some minutes. Test files run
side by side, N at once (by default as many as there are processors, at most 6), and those that measure time alone, at the end.
A few journeys run in Chromium, Firefox and WebKit; with --browsers=all, all of them do.`

/** The tests tear their stores down when they are asked to stop. */
const STOP_GRACE_MS = 8_000
/** Each keeps about one processor busy, by the apps that it starts or a browser; more than a few would need much memory. */
const AT_ONCE = Math.min(6, availableParallelism())

const words = process.argv.slice(2)
if (words.some((it) => it === "--help" || it === "-h")) {
  console.log(USAGE)
  process.exit(0)
}
const { atOnce, filters } = read(words)
const postgres = new TestPostgres()
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(name, () => void stopLeashed(STOP_GRACE_MS).then(() => end(1)))
}

const files = testFiles(filters)
const alone = files.filter((file) => file.alone)
const report = new CheckReport(console.log)
const steps = stepsBeside(
  files.filter((file) => !file.alone),
  postgres,
)
await sideBySide(steps, atOnce, report.onEnd, report.news)
await sideBySide(
  alone.map((file) => testStep(file, [], () => postgres.env())),
  1,
  report.onEnd,
  report.news,
)
if (files.length === 0) report.fault("tests: no test file's path has a filter in it")
await end(report.end())

function read(words: readonly string[]): { atOnce: number; filters: string[] } {
  let atOnce = AT_ONCE
  const filters: string[] = []
  for (const word of words) {
    const [, number] = /^--at-once=([1-9]\d?)$/.exec(word) ?? []
    if (number) atOnce = Number(number)
    // Read by tests/browsers/journeys.ts.
    else if (word === "--browsers=all") process.env.BROWSERS = "all"
    else if (!word.startsWith("-")) filters.push(word)
    else {
      console.error(`Unknown flag ${word}: use --help to see what there is.`)
      process.exit(2)
    }
  }
  return { atOnce, filters }
}

async function end(code: number): Promise<never> {
  await postgres.stop()
  process.exit(code)
}

/** `bun run check:stores`: the tests of stores as people have them, which take too long for every check. */

import { stopSupervised } from "../services/processes/supervised-process"
import { readCommandLine } from "../services/terminal/command-line"
import { CheckReport } from "./steps/report"
import { sideBySide } from "./steps/side-by-side"
import { TestPostgres } from "./steps/test-postgres"
import { SEPARATE, testFiles, testStep } from "./steps/tests"

const USAGE = `Usage: bun run check:stores [FILTER]…

Runs the tests of tests/stores (or those whose file's path has a FILTER in it): Tallyroom with poolers, proxies, TLS, other versions of
the stores and logins with too few rights, each a real one that the tests start. What they need is installed the first time.
The last line is "N passed, N failed".

  --help   show this`

/** The tests tear their stores down when they are asked to stop. */
const STOP_GRACE_MS = 8_000

const { operands: filters } = readCommandLine({ usage: USAGE, options: {}, takesOperands: true })
const postgres = new TestPostgres()
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(name, () => void stopSupervised(STOP_GRACE_MS).then(() => end(1)))
}

const files = testFiles([SEPARATE]).filter(
  ({ path }) => filters.length === 0 || filters.some((it) => path.includes(it)),
)
const report = new CheckReport(console.log)
await postgres.start()
await sideBySide(
  files.map((file) => testStep(file, [], () => postgres.env())),
  1,
  report.onEnd,
  report.news,
)
if (files.length === 0) report.fault("tests: no file of tests/stores has a filter in its path")
await end(report.end())

async function end(code: number): Promise<never> {
  await postgres.stop()
  process.exit(code)
}

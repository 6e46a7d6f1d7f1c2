/** Runs the test files of one folder, which take too long for every check, one after the other. */

import { stopSupervised } from "../../services/processes/supervised-process"
import { readCommandLine } from "../../services/terminal/command-line"
import { CheckReport } from "./report"
import { atMost } from "./room"
import { sideBySide } from "./side-by-side"
import { TestPostgres } from "./test-postgres"
import { testFiles, testStep } from "./tests"

/** The tests tear their stores down when they are asked to stop. */
const STOP_GRACE_MS = 8_000

/** Ends the process. @param folder such as "tests/stores/"; operands of the command line choose among its files */
export async function runSeparateTests(usage: string, folder: string): Promise<never> {
  const { operands: filters } = readCommandLine({ usage, options: {}, takesOperands: true })
  const postgres = new TestPostgres()
  const end = async (code: number): Promise<never> => {
    await postgres.stop()
    process.exit(code)
  }
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(name, () => void stopSupervised(STOP_GRACE_MS).then(() => end(1)))
  }
  const files = testFiles([folder]).filter(
    ({ path }) => filters.length === 0 || filters.some((it) => path.includes(it)),
  )
  const report = new CheckReport(console.log)
  await postgres.start()
  await sideBySide(
    files.map((file) => testStep(file, [], () => postgres.env())),
    atMost(1),
    report.onEnd,
    report.news,
  )
  if (files.length === 0) report.fault(`tests: no file of ${folder} has a filter in its path`)
  return end(report.end())
}

/** The tests as a step of the check, each counted by itself. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readJunit, type TestReport } from "../services/junit"
import { Trouble } from "../services/trouble"
import { command } from "./step"

/** Ends a test that hangs, on however busy a machine. */
const TIMEOUT_MS = 60_000

/** A runner that crashed leaves no report, or one without the failure that its exit code tells of. */
export async function runTests(filters: readonly string[]): Promise<TestReport> {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-check-"))
  const file = join(dir, "junit.xml")
  try {
    const flags = [`--timeout=${TIMEOUT_MS}`, "--reporter=junit", `--reporter-outfile=${file}`]
    const outcome = await command(process.execPath, "test", ...flags, ...filters)
    if (!existsSync(file)) throw new Trouble("The test runner ended without a report (see above).")
    const result = readJunit(readFileSync(file, "utf8"))
    if (result.passed + result.failed.length === 0) throw new Trouble("No test ran.")
    if (outcome === "passed" || result.failed.length > 0) return result
    return { ...result, failed: ["the test runner: it failed outside of any test (see above)"] }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

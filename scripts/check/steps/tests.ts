/** The test files as steps of the check: each runs in a process of its own, and each of its tests counts by itself. */

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { Glob } from "bun"
import { CHECKOUT } from "../../services/checkout"
import { startSupervised } from "../../services/processes/supervised-process"
import type { GoTool } from "../../services/tools/go"
import { readJunit, type TestReport } from "./junit"
import { FailureReasons } from "./reasons"
import type { CheckStep, Say, StepOutcome } from "./step"

/** A test that takes longer hangs, however busy the machine is. */
const TIMEOUT_MS = 60_000
/** A file that says nothing for so long hangs where no timeout reaches: stores may take two minutes to start, no test takes as long. */
const SILENCE_MS = 240_000
const STOP_GRACE_MS = 8_000
/** The comment by which a test file says that it measures time, and so must have a processor for itself. */
const ALONE = /^\/\/ Runs alone\b/m
/** The comment by which a test file says that it takes long though it has little to do, so that others run beside it. */
const EARLY = /^\/\/ Begins early\b/m
/** Folders whose tests have commands of their own: `bun run check:stores` and `bun run check:mutants`. */
const SEPARATE = ["tests/stores/", "tests/mutants/"]

/** The programs of which a test file that uses them has the names in it. */
export const BUILT = ["toxiproxy", "k6"] as const satisfies readonly GoTool[]

export interface TestFile {
  /** The path within the checkout. */
  readonly path: string
  readonly alone: boolean
  /** It mostly waits, and so begins before others. */
  readonly early: boolean
  /** The programs that it uses and that are built here. */
  readonly built: readonly GoTool[]
}

/**
 * All test files of the checkout whose path has one of the filters in it: first those that say so, then those with much to do. Those
 * that take too long for every check run only if a filter names their folder.
 */
export function testFiles(filters: readonly string[] = [], cwd = CHECKOUT): TestFile[] {
  const names = filters.map((it) => it.replace(/^\.\//, ""))
  const wanted = (path: string) =>
    !path.includes("node_modules/") &&
    SEPARATE.every((folder) => !path.startsWith(folder) || names.some((it) => it.startsWith(folder))) &&
    (names.length === 0 || names.some((it) => path.includes(it)))
  const paths = [...new Glob("**/*.test.{ts,tsx}").scanSync({ cwd })].filter(wanted)
  return paths
    .map((path) => {
      const text = readFileSync(join(cwd, path), "utf8")
      const size = EARLY.test(text) ? Infinity : text.length + sizeBeside(join(cwd, dirname(path)), text)
      return { size, file: { path, alone: ALONE.test(text), early: EARLY.test(text), built: builtFor(text) } }
    })
    .sort((a, b) => (a.size === b.size ? 0 : b.size - a.size) || a.file.path.localeCompare(b.file.path))
    .map(({ file }) => file)
}

const builtFor = (text: string) => BUILT.filter((tool) => new RegExp(`\\b${tool}\\b`, "i").test(text))

/**
 * The size of the modules that a test file imports from its own folder, as tests that several files share are there.
 */
function sizeBeside(folder: string, text: string): number {
  const paths = [...text.matchAll(/ from "(\.\/[\w/-]+)"/g)].map(([, name]) => join(folder, `${name}.ts`))
  return paths.reduce((sum, path) => sum + (existsSync(path) ? statSync(path).size : 0), 0)
}

/** @param after what must be there before the file runs @param env what its process finds in its environment */
export function testStep(
  { path }: TestFile,
  after: readonly string[],
  env: () => Record<string, string>,
): CheckStep {
  return { name: path, after, run: (say) => runTestFile(path, say, { env: env() }) }
}

/** The folder in which the file is and how long it may be silent; only tests of this module give other values. */
interface Circumstances {
  readonly cwd?: string
  readonly env?: Record<string, string>
  readonly silenceMs?: number
}

/** Adds a failure where the process crashed or hung: it then left no report, or one without that failure. */
export async function runTestFile(
  path: string,
  say: Say,
  { cwd = CHECKOUT, env = {}, silenceMs = SILENCE_MS }: Circumstances = {},
): Promise<StepOutcome> {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-check-"))
  const file = join(dir, "junit.xml")
  try {
    const flags = [`--timeout=${TIMEOUT_MS}`, "--reporter=junit", `--reporter-outfile=${file}`]
    const words = [process.execPath, "test", ...flags, `./${path}`]
    const reasons = new FailureReasons()
    const ended = await untilItEnds(words, cwd, env, silenceMs, (line) => {
      reasons.read(line)
      say(line)
    })
    const report = existsSync(file) ? readJunit(readFileSync(file, "utf8")) : undefined
    const tests = judged(path, report, ended)
    const failed = tests.failed.map((title) => withReason(title, reasons.of(title)))
    return { tests: { ...tests, failed }, busyMs: ended.busyMs }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

const withReason = (title: string, reason: string | undefined) =>
  reason === undefined ? title : `${title}\n      ${reason}`

/** How a process ended: its exit code, how long it kept processors busy, and its last line if it was ended for its silence. */
type End = { readonly code: number; readonly busyMs: number; readonly hungAfter?: string }

async function untilItEnds(
  words: readonly string[],
  cwd: string,
  env: Record<string, string>,
  silenceMs: number,
  say: Say,
): Promise<End> {
  let last = ""
  let hung = false
  const child = startSupervised(words, {
    cwd,
    env: { ...(process.env as Record<string, string>), ...env },
    onLine(line) {
      timer.refresh()
      if (line.trim() !== "") last = line
      say(line)
    },
  })
  const timer = setTimeout(() => {
    hung = true
    void child.stop(STOP_GRACE_MS)
  }, silenceMs)
  const code = await child.exited
  clearTimeout(timer)
  const end = { code, busyMs: child.busyMs() }
  return hung ? { ...end, hungAfter: last } : end
}

function judged(path: string, report: TestReport | undefined, { code, hungAfter }: End): TestReport {
  const { passed, skipped, failed } = report ?? { passed: 0, skipped: 0, failed: [] }
  const fault = (what: string) => ({ passed, skipped, failed: [...failed, `${path}: ${what}`] })
  if (hungAfter !== undefined) return fault(`it hung, and was ended; its last line was "${hungAfter}"`)
  if (report === undefined) return fault(`its process ended with code ${code} and without a report`)
  if (code !== 0 && failed.length === 0) return fault(`it failed outside of any test (code ${code})`)
  if (passed + skipped + failed.length === 0) return fault("it has no test")
  return report
}

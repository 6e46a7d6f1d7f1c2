/**
 * Prints how a check goes: a line for each step as it ends, the whole output of a failed one, which test files took the longest, and
 * the score as the last line.
 */

import type { Ended } from "./side-by-side"
import type { StepOutcome } from "./step"

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`

/** How many of the longest test files are named, and from how long on. */
const LONGEST = 10
const LONG_MS = 5_000

export class CheckReport {
  private readonly start = performance.now()
  private readonly failed: string[] = []
  private readonly skipped: string[] = []
  private readonly times: { name: string; ms: number; busyMs: number }[] = []
  private passed = 0

  constructor(private readonly print: (line: string) => void) {}

  readonly news = (line: string): void => this.print(`…        ${line}`)

  readonly onEnd = ({ step: { name }, outcome, lines, ms }: Ended): void => {
    const { passed, failed, skipped } = scoreOf(name, outcome)
    this.passed += passed
    this.failed.push(...failed)
    this.skipped.push(...skipped)
    if (typeof outcome === "object" && "tests" in outcome)
      this.times.push({ name, ms, busyMs: outcome.busyMs })
    if (failed.length > 0) this.print(`\n──────── ${name}\n${lines.join("\n")}\n`)
    this.print(`${verdict(outcome, failed)} ${name}${detail(outcome)} (${seconds(ms)})`)
  }

  /** Counts a failure that belongs to no step. */
  fault(what: string): void {
    this.failed.push(what)
  }

  /** Prints the last lines. @returns the exit code */
  end(): number {
    this.list("Longest, and how long they kept a processor busy (without pages in a browser)", this.longest())
    this.list("Skipped", this.skipped)
    this.list("Failed", this.failed)
    this.print(`\nTook ${Math.round((performance.now() - this.start) / 1_000)} s.`)
    this.print(`\n${this.passed} passed, ${this.failed.length} failed`)
    return this.failed.length > 0 ? 1 : 0
  }

  private longest(): string[] {
    const long = this.times.filter(({ ms }) => ms >= LONG_MS).sort((a, b) => b.ms - a.ms)
    return long
      .slice(0, LONGEST)
      .map(({ name, ms, busyMs }) => `${name} (${seconds(ms)}, ${seconds(busyMs)})`)
  }

  private list(title: string, names: readonly string[]): void {
    if (names.length > 0) this.print(`\n${title}:\n${names.map((name) => `  ${name}`).join("\n")}`)
  }
}

type Score = { passed: number; failed: readonly string[]; skipped: readonly string[] }

function scoreOf(name: string, outcome: StepOutcome): Score {
  if (outcome === "passed") return { passed: 1, failed: [], skipped: [] }
  if (outcome === "failed") return { passed: 0, failed: [name], skipped: [] }
  if ("skipped" in outcome) return { passed: 0, failed: [], skipped: [`${name}: ${outcome.skipped}`] }
  const { passed, failed, skipped } = outcome.tests
  return { passed, failed, skipped: skipped > 0 ? [`${skipped} tests of ${name}`] : [] }
}

function verdict(outcome: StepOutcome, failed: readonly string[]): string {
  if (typeof outcome === "object" && "skipped" in outcome) return "skipped "
  return failed.length > 0 ? "FAILED  " : "passed  "
}

function detail(outcome: StepOutcome): string {
  if (typeof outcome === "string") return ""
  if ("skipped" in outcome) return `: ${outcome.skipped}`
  const { passed, failed, skipped } = outcome.tests
  const all = passed + failed.length + skipped
  return failed.length > 0
    ? `: ${failed.length} of ${all} failed`
    : `: ${all} ${all === 1 ? "test" : "tests"}`
}

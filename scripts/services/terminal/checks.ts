import { describe } from "./user-error"

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

/** Runs checks one after the other, prints how each went, and counts them. */
export class Checks {
  private passed = 0
  private skipped = 0
  private readonly failed: string[] = []

  constructor(private readonly print: (line: string) => void = console.log) {}

  /** Runs a check; what it returns is printed with it. One that throws has failed. @returns whether it passed */
  async check(name: string, run: () => Promise<string | undefined>): Promise<boolean> {
    this.print(`… ${name}`)
    const start = performance.now()
    const took = () => seconds(performance.now() - start)
    try {
      const detail = await run()
      this.passed++
      this.print(`passed  ${name}${detail ? `: ${detail}` : ""} (${took()})`)
      return true
    } catch (error) {
      this.failed.push(name)
      this.print(`FAILED  ${name}: ${describe(error)} (${took()})`)
      return false
    }
  }

  /** Says that a check can't be made here, which is no failure. */
  skip(name: string, why: string): void {
    this.skipped++
    this.print(`skipped ${name}: ${why}`)
  }

  say = (line: string): void => this.print(`        ${line}`)

  /** Prints the last lines. @returns the exit code */
  report(): number {
    if (this.failed.length > 0) this.print(`\nFailed:\n${this.failed.map((name) => `  ${name}`).join("\n")}`)
    const skipped = this.skipped > 0 ? `, ${this.skipped} skipped` : ""
    this.print(`\n${this.passed} passed, ${this.failed.length} failed${skipped}`)
    return this.failed.length > 0 ? 1 : 0
  }
}

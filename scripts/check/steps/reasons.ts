/** Reads why tests failed out of what `bun test` prints, as its JUnit report does not say it. */

const MAX_CHARS = 400

export class FailureReasons {
  private readonly reasons = new Map<string, string>()
  private error: string[] | undefined
  private last: string | undefined

  /** Takes each line of the output, in their order. */
  read(line: string): void {
    const [, verdict, test = ""] = VERDICT.exec(line) ?? []
    if (verdict) {
      this.last = verdict === "fail" ? test : undefined
      if (this.last !== undefined && this.error) this.reasons.set(this.last, inShort(this.error))
      this.error = undefined
    } else if (this.last !== undefined && TIMED_OUT.test(line)) {
      this.reasons.set(this.last, line.replace(/^[ ^]+/, ""))
    } else if (line.startsWith("error: ")) {
      this.error ??= [line]
    } else if (this.error && !isComplete(this.error)) {
      this.error.push(line)
    }
  }

  /** @param title the names of a test's groups and its own, as in `TestReport.failed` */
  of(title: string): string | undefined {
    for (const [test, reason] of this.reasons)
      if (title === test || title.endsWith(` > ${test}`)) return reason
  }
}

const VERDICT = /^\((pass|fail|skip|todo)\) (.*?)(?: \[[\d.]+m?s\])?$/
const TIMED_OUT = /^ +\^ this test timed out/
/** The first line of the stack, which says where it was, is the last one wanted. */
const PLACE = /^ +at /

const isComplete = (lines: readonly string[]) => PLACE.test(lines.at(-1) ?? "")

function inShort(lines: readonly string[]): string {
  const words = lines.map((line) => line.trim()).filter((line) => line !== "")
  const text = words.join(" ")
  return text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text
}

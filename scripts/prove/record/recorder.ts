/** Writes the record of a run, a line at a time. */

import { closeSync, openSync, writeSync } from "node:fs"
import type { RecordLine } from "./record"

const FLUSH_MS = 200

export class Recorder {
  private readonly begun = performance.now()
  private readonly file: number
  private waiting: string[] = []
  private readonly timer: ReturnType<typeof setInterval>
  /** Hears of each line. */
  onLine: (line: RecordLine) => void = () => {}

  constructor(path: string) {
    this.file = openSync(path, "w")
    this.timer = setInterval(() => this.flush(), FLUSH_MS)
  }

  /** Milliseconds since the run began. */
  now(): number {
    return Math.round((performance.now() - this.begun) * 1_000) / 1_000
  }

  write(line: RecordLine): void {
    this.waiting.push(JSON.stringify(line))
    this.onLine(line)
  }

  end(): void {
    clearInterval(this.timer)
    this.flush()
    closeSync(this.file)
  }

  /** Whoever reads the file now finds all that was written. */
  flush(): void {
    if (this.waiting.length === 0) return
    const lines = this.waiting
    this.waiting = []
    writeSync(this.file, `${lines.join("\n")}\n`)
  }
}
